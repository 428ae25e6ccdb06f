using StreamLog.Protocol;

namespace StreamLog.Testing;

/// <summary>Which APIs several brokers speak together, where each may stand for another Kafka.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class VersionCap
{
    private Joint? _known;

    /// <summary>Tells what all brokers speak.</summary>
    /// <param name="brokers">The brokers.</param>
    /// <returns>The APIs: the same list for as long as nothing changes.</returns>
    public IReadOnlyList<ApiVersionRange> CommonTo(IReadOnlyList<FakeBroker> brokers)
    {
        IReadOnlyList<ApiVersionRange>[] each = [.. brokers.Select(broker => broker.SupportedApis)];
        if (Array.TrueForAll(each, apis => ReferenceEquals(apis, each[0])))
            return each[0];

        Joint? known = Volatile.Read(ref _known);
        if (known is null || !known.Of.SequenceEqual(each, ReferenceEqualityComparer.Instance))
            Volatile.Write(ref _known, known = new Joint(each, [.. each.Aggregate(Intersect)]));
        return known.Apis;
    }

    /// <summary>Tells why a request of this process is not taken.</summary>
    /// <param name="apiKey">Its API.</param>
    /// <param name="spoken">What is spoken.</param>
    /// <param name="all">What would be spoken without limits. APIs for this process alone are not in it.</param>
    /// <returns>The reason, or <see langword="null"/>.</returns>
    public static StreamLogException? Refuse(
        ApiKey apiKey, IReadOnlyList<ApiVersionRange> spoken, IReadOnlyList<ApiVersionRange> all) =>
        ReferenceEquals(spoken, all) || Contains(spoken, apiKey) || !Contains(all, apiKey)
            ? null
            : new StreamLogException(
                ErrorCode.UnsupportedVersion, $"By its Versions this broker does not speak {apiKey}.");

    private static bool Contains(IReadOnlyList<ApiVersionRange> apis, ApiKey apiKey)
    {
        foreach (ApiVersionRange api in apis)
        {
            if (api.ApiKey == apiKey)
                return true;
        }

        return false;
    }

    private static IReadOnlyList<ApiVersionRange> Intersect(
        IReadOnlyList<ApiVersionRange> some, IReadOnlyList<ApiVersionRange> others) =>
    [
        .. from api in some
           join other in others on api.ApiKey equals other.ApiKey
           let min = Math.Max(api.MinVersion, other.MinVersion)
           let max = Math.Min(api.MaxVersion, other.MaxVersion)
           where min <= max
           select api with { MinVersion = min, MaxVersion = max },
    ];

    // What is common, and to what.
    private sealed record Joint(
        IReadOnlyList<ApiVersionRange>[] Of, IReadOnlyList<ApiVersionRange> Apis);
}
