using System.Collections.Frozen;

namespace StreamLog.Metadata;

/// <summary>The topic settings that some version of Kafka has or had, that are not taken here, and why.</summary>
/// <remarks>They are refused, and not taken in silence: who sets one expects something of it.</remarks>
internal static class RefusedConfigs
{
    private const string Remote =
        "StreamLog keeps a topic's segments on the disks of its nodes and has no remote storage. retention.ms and " +
        "retention.bytes bound what is kept.";

    /// <summary>Gets why each of them is refused, by name.</summary>
    public static FrozenDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["remote.copy.lag.bytes"] = Remote,
        ["remote.copy.lag.ms"] = Remote,
        ["message.downconversion.enable"] =
            "Kafka 4.0 has removed it. Records are kept and handed out in the one current format.",
        ["message.format.version"] =
            "Kafka 4.0 has removed it. Records are kept and handed out in the one current format.",
        ["message.timestamp.difference.max.ms"] =
            "Kafka 4.0 has removed it. Use message.timestamp.before.max.ms and message.timestamp.after.max.ms.",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
