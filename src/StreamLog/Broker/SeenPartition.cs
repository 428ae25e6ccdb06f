using StreamLog.Replication;

namespace StreamLog.Broker;

/// <summary>A partition that a fetch has looked at.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset beyond which the high watermark must come for the fetch to look again.</param>
internal readonly record struct SeenPartition(ReplicatedPartition Partition, long Offset);
