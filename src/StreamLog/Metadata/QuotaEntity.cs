using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Whom a quota holds for: a user, a client id, or both together; or an address. Of each a name, or all that
/// have no quota of their own.</summary>
/// <param name="HasUser">Whether it is about users.</param>
/// <param name="User">The user, or <see langword="null"/> for all others.</param>
/// <param name="HasClientId">Whether it is about client ids.</param>
/// <param name="ClientId">The client id, or <see langword="null"/> for all others.</param>
/// <param name="HasIp">Whether it is about addresses.</param>
/// <param name="Ip">The address or the host's name, or <see langword="null"/> for all others.</param>
internal readonly record struct QuotaEntity(
    bool HasUser, string? User, bool HasClientId, string? ClientId, bool HasIp = false, string? Ip = null)
{
    /// <summary>Kafka's name for addresses in the entities of quotas.</summary>
    public const string IpType = "ip";

    /// <summary>Kafka's name for users in the entities of quotas.</summary>
    public const string UserType = "user";

    /// <summary>Kafka's name for client ids in the entities of quotas.</summary>
    public const string ClientIdType = "client-id";

    /// <summary>Makes the quota of a user, whatever its client ids.</summary>
    /// <param name="user">The user, or <see langword="null"/> for all others.</param>
    /// <returns>The entity.</returns>
    public static QuotaEntity OfUser(string? user) => new(true, user, false, null);

    /// <summary>Makes the quota of a client id, whoever its user.</summary>
    /// <param name="clientId">The client id, or <see langword="null"/> for all others.</param>
    /// <returns>The entity.</returns>
    public static QuotaEntity OfClientId(string? clientId) => new(false, null, true, clientId);

    /// <summary>Makes the quota of a user's client id.</summary>
    /// <param name="user">The user, or <see langword="null"/> for all others.</param>
    /// <param name="clientId">The client id, or <see langword="null"/> for all others.</param>
    /// <returns>The entity.</returns>
    public static QuotaEntity OfBoth(string? user, string? clientId) => new(true, user, true, clientId);

    /// <summary>Reads an entity.</summary>
    /// <param name="names">Its names, each with its kind.</param>
    /// <param name="entity">The entity.</param>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public static string? Read(IEnumerable<(string Type, string? Name)> names, out QuotaEntity entity)
    {
        entity = default;
        foreach ((string type, string? name) in names)
        {
            if (name?.Length == 0)
                return $"The name of {type} in a client quota entity is empty. Give one, or null for the default.";
            if ((type == UserType && entity.HasUser) || (type == ClientIdType && entity.HasClientId)
                || (type == IpType && entity.HasIp))
            {
                return $"Invalid client quota entity, duplicate entity entry {type}";
            }

            switch (type)
            {
                case UserType:
                    entity = entity with { HasUser = true, User = name };
                    break;
                case ClientIdType:
                    entity = entity with { HasClientId = true, ClientId = name };
                    break;
                case IpType:
                    entity = entity with { HasIp = true, Ip = name };
                    break;
                default:
                    return $"Unhandled client quota entity type: {type}. There are user, client-id and ip.";
            }
        }

        if (entity.HasIp && (entity.HasUser || entity.HasClientId))
        {
            return "Invalid quota entity combination, IP entity should not be combined with User or ClientId. Set them "
                + "each for itself.";
        }

        return entity == default ? "Invalid empty client quota entity" : null;
    }

    /// <summary>Lists the names of the entity, each with its kind.</summary>
    /// <returns>The names.</returns>
    public IEnumerable<(string Type, string? Name)> Names()
    {
        if (HasUser)
            yield return (UserType, User);
        if (HasClientId)
            yield return (ClientIdType, ClientId);
        if (HasIp)
            yield return (IpType, Ip);
    }

    /// <summary>Makes the record of a quota.</summary>
    /// <param name="key">The quota's name.</param>
    /// <param name="value">Its value, or <see langword="null"/> where it is removed.</param>
    /// <returns>The record.</returns>
    public ClientQuotaRecord ToRecord(string key, double? value) => new()
    {
        Entity =
        [
            .. Names().Select(name => new ClientQuotaRecord.EntityData
            {
                EntityType = name.Type,
                EntityName = name.Name,
            }),
        ],
        Key = key,
        Value = value ?? 0,
        Remove = value is null,
    };
}
