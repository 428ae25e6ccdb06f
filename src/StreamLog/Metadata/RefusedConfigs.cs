using System.Collections.Frozen;

namespace StreamLog.Metadata;

/// <summary>The topic settings of Kafka's documentation, past and present, that mean nothing here, and why.</summary>
/// <remarks>They are refused, and not taken in silence: who sets one expects something of it.</remarks>
internal static class RefusedConfigs
{
    private const string Remote =
        "StreamLog keeps a topic's segments on the disks of its nodes and has no remote storage. retention.ms and " +
        "retention.bytes bound what is kept.";

    private const string Throttled =
        "StreamLog has no replication quotas: nothing here is throttled.";

    private const string Level =
        "StreamLog's codec has one level, the fast one that Kafka's default level stands for too. zstd and gzip have " +
        "levels.";

    /// <summary>Gets why each of them is refused, by name.</summary>
    public static FrozenDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["compression.lz4.level"] = Level,
        ["follower.replication.throttled.replicas"] = Throttled,
        ["leader.replication.throttled.replicas"] = Throttled,
        ["local.retention.bytes"] = Remote,
        ["local.retention.ms"] = Remote,
        ["remote.copy.lag.bytes"] = Remote,
        ["remote.copy.lag.ms"] = Remote,
        ["remote.log.copy.disable"] = Remote,
        ["remote.log.delete.on.disable"] = Remote,
        ["remote.storage.enable"] = Remote,
        ["message.downconversion.enable"] =
            "Kafka 4.0 has removed it. Records are kept and handed out in the one current format.",
        ["message.format.version"] =
            "Kafka 4.0 has removed it. Records are kept and handed out in the one current format.",
        ["message.timestamp.difference.max.ms"] =
            "Kafka 4.0 has removed it. Use message.timestamp.before.max.ms and message.timestamp.after.max.ms.",
        ["unclean.leader.election.enable"] =
            "A partition has one replica, and no other could be elected while it is away.",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
