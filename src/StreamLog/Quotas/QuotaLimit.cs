using StreamLog.Metadata;
using StreamLog.Protocol;

namespace StreamLog.Quotas;

/// <summary>The quota that holds for a client, and who shares it.</summary>
/// <param name="User">The user that it is shared by all clients of, or <see langword="null"/>.</param>
/// <param name="ClientId">The client id that it is shared by all clients of, or <see langword="null"/>.</param>
/// <param name="Bound">The bound.</param>
internal readonly record struct QuotaLimit(string? User, string? ClientId, double Bound)
{
    /// <summary>Finds the quota that holds for a client: the one that says most of it (KIP-55).</summary>
    /// <param name="image">The quotas.</param>
    /// <param name="key">The quota's name.</param>
    /// <param name="context">The client.</param>
    /// <returns>The quota, or <see langword="null"/> where none holds.</returns>
    public static QuotaLimit? Find(ClusterImage image, string key, RequestContext context)
    {
        string user = context.Principal[(context.Principal.IndexOf(':', StringComparison.Ordinal) + 1)..];
        string client = context.ClientId ?? "";
        return Find(image, key, QuotaEntity.OfBoth(user, client), user, client)
            ?? Find(image, key, QuotaEntity.OfBoth(user, null), user, client)
            ?? Find(image, key, QuotaEntity.OfUser(user), user, null)
            ?? Find(image, key, QuotaEntity.OfBoth(null, client), user, client)
            ?? Find(image, key, QuotaEntity.OfBoth(null, null), user, client)
            ?? Find(image, key, QuotaEntity.OfUser(null), user, null)
            ?? Find(image, key, QuotaEntity.OfClientId(client), null, client)
            ?? Find(image, key, QuotaEntity.OfClientId(null), null, client);
    }

    private static QuotaLimit? Find(
        ClusterImage image, string key, QuotaEntity entity, string? user, string? clientId) =>
        image.ClientQuotas.TryGetValue(entity, out var quotas) && quotas.TryGetValue(key, out double bound)
            ? new QuotaLimit(user, clientId, bound)
            : null;
}
