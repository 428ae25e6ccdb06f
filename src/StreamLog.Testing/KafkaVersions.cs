using System.Collections.Immutable;
using StreamLog.Protocol;

namespace StreamLog.Testing;

/// <summary>Which versions of its APIs a fake Kafka speaks, to stand for an older one.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class KafkaVersions
{
    private readonly ImmutableDictionary<ApiKey, (short Min, short Max)> _limits;
    private readonly bool _isClosed;

    private KafkaVersions(ImmutableDictionary<ApiKey, (short Min, short Max)> limits, bool isClosed)
    {
        _limits = limits;
        _isClosed = isClosed;
    }

    /// <summary>Gets all that there is.</summary>
    public static KafkaVersions All { get; } =
        new(ImmutableDictionary<ApiKey, (short Min, short Max)>.Empty, isClosed: false);

    /// <summary>Gets what Kafka 1.1 spoke.</summary>
    public static KafkaVersions Kafka11 { get; } = UpTo(
    [
        5, 7, 2, 5, -1, -1, -1, -1, 3, 3, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
    ]);

    /// <summary>Gets what Kafka 2.1 spoke: the first with zstd.</summary>
    public static KafkaVersions Kafka21 { get; } = UpTo(
    [
        7, 10, 4, 7, -1, -1, -1, -1, 6, 5, 2, 3, 2, 2, 2, 2, 2, 1, 2, 3, 3, 1, 1, 2, 1, 1, 1, 0, 2, 1, 1, 1, 2, 1, 1, 1,
        0, 1, 1, 1, 1, 1, 1,
    ]);

    /// <summary>Gets what Kafka 2.5 spoke.</summary>
    public static KafkaVersions Kafka25 { get; } = UpTo(
    [
        8, 11, 5, 9, -1, -1, -1, -1, 8, 7, 3, 7, 4, 4, 5, 5, 3, 1, 3, 5, 4, 1, 3, 3, 1, 1, 1, 0, 3, 2, 2, 2, 2, 1, 1, 1,
        2, 2, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0,
    ]);

    /// <summary>Gets what Kafka 2.8 spoke, with ZooKeeper: the first with ids of topics in metadata.</summary>
    public static KafkaVersions Kafka28 { get; } = UpTo(
    [
        9, 12, 6, 11, -1, -1, -1, -1, 8, 7, 3, 7, 4, 4, 5, 5, 4, 1, 3, 7, 6, 2, 4, 4, 3, 3, 3, 1, 3, 2, 2, 2, 4, 2, 2,
        2, 2, 3, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, -1, -1, 0, -1, -1, 0, 0,
    ]);

    /// <summary>Gets what Kafka 3.0 spoke, with ZooKeeper: the last without topic ids in fetches.</summary>
    public static KafkaVersions Kafka30 { get; } = UpTo(
    [
        9, 12, 7, 11, -1, -1, -1, -1, 8, 8, 4, 7, 4, 4, 5, 5, 4, 1, 3, 7, 6, 2, 4, 4, 3, 3, 3, 1, 3, 2, 2, 2, 4, 2, 2,
        2, 2, 3, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, -1, -1, 0, -1, -1, 0, 0, -1, -1, -1, 0, 0,
    ]);

    /// <summary>Gets what Kafka 3.3 spoke, with KRaft: the first that may be in production without ZooKeeper, then
    /// without SCRAM.</summary>
    public static KafkaVersions Kafka33 { get; } = UpTo(
    [
        9, 13, 7, 12, -1, -1, -1, -1, 8, 8, 4, 9, 4, 5, 5, 5, 4, 1, 3, 7, 6, 2, 4, 4, 3, 3, 3, 1, 3, 3, 3, 3, 4, 2, 2,
        4, 2, 3, -1, -1, -1, -1, 2, 2, 1, 0, 0, 0, 1, 1, -1, -1, -1, -1, -1, 1, -1, 1, -1, -1, 0, 0, -1, -1, 0, 0, 0,
    ]);

    /// <summary>Gets what Kafka 3.7 spoke, with KRaft: the first that tells of new leaders in refusals (KIP-951), and
    /// with an early form of the consumer protocol of groups (KIP-848).</summary>
    public static KafkaVersions Kafka37 { get; } = UpTo(
    [
        10, 16, 8, 12, -1, -1, -1, -1, 9, 9, 4, 9, 4, 5, 5, 5, 4, 1, 3, 7, 6, 2, 4, 4, 4, 3, 3, 1, 3, 3, 3, 3, 4, 2, 2,
        4, 2, 3, 3, 2, 2, 3, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, 1, -1, 1, -1, -1, 1, 0, -1, -1, 0, 0, 0, -1, 0,
        -1, -1, 0, 0, -1, 0,
    ]);

    /// <summary>Gets what Kafka 3.9 spoke, with KRaft: the last before 4.0, with old versions of all APIs.</summary>
    public static KafkaVersions Kafka39 { get; } = UpTo(
    [
        11, 17, 9, 12, -1, -1, -1, -1, 9, 9, 6, 9, 4, 5, 5, 5, 5, 1, 4, 7, 6, 2, 5, 4, 5, 4, 4, 1, 4, 3, 3, 3, 4, 2, 2,
        4, 2, 3, 3, 2, 2, 3, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, 2, -1, 1, -1, -1, 1, 0, -1, -1, 0, 0, 1, -1, 0,
        0, -1, 0, 0, -1, 0, 0, -1, -1, -1, -1, 0, 0,
    ]);

    /// <summary>Gets what Kafka 4.0 spoke: without versions from before Kafka 2.1 (KIP-896), and with transactions of
    /// an epoch each (KIP-890).</summary>
    public static KafkaVersions Kafka40 { get; } = UpTo(
    [
        12, 17, 10, 13, -1, -1, -1, -1, 9, 9, 6, 9, 4, 5, 5, 6, 5, 1, 4, 7, 6, 2, 5, 4, 5, 4, 5, 1, 5, 3, 3, 3, 4, 2,
        2, 4, 2, 3, 3, 2, 2, 3, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, 2, -1, 2, -1, -1, 2, 0, -1, -1, 0, 0, 1, -1,
        1, 1, -1, 0, 0, -1, 0, 0, -1, -1, -1, -1, 0, 0,
    ]).From(LowestOf40).From((ApiKey.JoinGroup, 2));

    /// <summary>Gets what Kafka 4.1 spoke: the first with queues (KIP-932), as a preview.</summary>
    public static KafkaVersions Kafka41 { get; } = UpTo(
    [
        13, 18, 10, 13, -1, -1, -1, -1, 9, 9, 6, 9, 4, 5, 5, 6, 5, 1, 4, 7, 6, 2, 5, 4, 5, 4, 5, 1, 5, 3, 3, 3, 4, 2,
        2, 4, 2, 3, 3, 2, 2, 3, 2, 2, 1, 1, 0, 0, 1, 1, 0, 0, -1, -1, -1, 2, -1, 2, -1, -1, 2, 0, -1, -1, 0, 0, 2, -1,
        1, 1, -1, 0, 0, -1, 1, 0, 1, 1, 1, 1, 0, 0, -1, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0,
    ]).From(LowestOf40);

    /// <summary>Limits an API.</summary>
    /// <param name="apiKey">The API.</param>
    /// <param name="min">The lowest version.</param>
    /// <param name="max">The highest version.</param>
    /// <returns>Other limits; these stay as they are.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The highest version is below the lowest.</exception>
    public KafkaVersions With(ApiKey apiKey, short min, short max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new KafkaVersions(_limits.SetItem(apiKey, (min, max)), _isClosed);
    }

    /// <summary>Leaves an API out.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns>Other limits; these stay as they are.</returns>
    public KafkaVersions Without(ApiKey apiKey) =>
        new(_limits.SetItem(apiKey, (short.MaxValue, short.MaxValue)), _isClosed);

    // Kafka 4.1 took JoinGroup back to version 0.
    private static (ApiKey ApiKey, short Min)[] LowestOf40 =>
    [
        (ApiKey.Fetch, 4), (ApiKey.ListOffsets, 1), (ApiKey.OffsetCommit, 2), (ApiKey.OffsetFetch, 1),
        (ApiKey.CreateTopics, 2), (ApiKey.DeleteTopics, 1), (ApiKey.OffsetForLeaderEpoch, 2),
        (ApiKey.WriteTxnMarkers, 1), (ApiKey.DescribeAcls, 1), (ApiKey.CreateAcls, 1), (ApiKey.DeleteAcls, 1),
        (ApiKey.DescribeConfigs, 1), (ApiKey.AlterReplicaLogDirs, 1), (ApiKey.DescribeLogDirs, 1),
    ];

    internal IReadOnlyList<ApiVersionRange> Limit(IReadOnlyList<ApiVersionRange> apis)
    {
        if (_limits.IsEmpty)
            return apis;

        List<ApiVersionRange> limited = [];
        foreach (ApiVersionRange api in apis)
        {
            if (Limit(api) is { } range)
                limited.Add(range);
        }

        return limited;
    }

    private static KafkaVersions UpTo(short[] highest)
    {
        ImmutableDictionary<ApiKey, (short Min, short Max)>.Builder limits =
            ImmutableDictionary.CreateBuilder<ApiKey, (short Min, short Max)>();
        for (int key = 0; key < highest.Length; key++)
        {
            if (highest[key] >= 0)
                limits.Add((ApiKey)key, (0, highest[key]));
        }

        return new KafkaVersions(limits.ToImmutable(), isClosed: true);
    }

    private KafkaVersions From(params (ApiKey ApiKey, short Min)[] lowest) => lowest.Aggregate(
        this, (versions, api) => versions.With(api.ApiKey, api.Min, versions._limits[api.ApiKey].Max));

    private ApiVersionRange? Limit(ApiVersionRange api)
    {
        if (!_limits.TryGetValue(api.ApiKey, out (short Min, short Max) limit))
            return _isClosed ? null : api;

        short min = Math.Max(api.MinVersion, limit.Min);
        short max = Math.Min(api.MaxVersion, limit.Max);
        return min <= max ? api with { MinVersion = min, MaxVersion = max } : null;
    }
}
