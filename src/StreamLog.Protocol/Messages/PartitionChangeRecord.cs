namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  directories
//   2  eligible leader replicas

/// <summary>A partition changed. What is not told stays as it was.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 2, FlexibleFrom = 0, RecordKey = 5)]
public sealed partial class PartitionChangeRecord : IMetadataRecord
{
    /// <summary>Gets or sets the partition's number.</summary>
    [Field("0+")]
    public int PartitionId { get; set; } = -1;

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("0+")]
    public Guid TopicId { get; set; }

    /// <summary>Gets or sets the new in-sync replicas, or null where they stay.</summary>
    [Field("0+", NullableFrom = 0, Tag = 0)]
    public List<int>? Isr { get; set; }

    /// <summary>Gets or sets the new leader, -1 for none, or -2 where it stays.</summary>
    [Field("0+", Tag = 1)]
    public int Leader { get; set; } = -2;

    /// <summary>Gets or sets the new replicas, or null where they stay.</summary>
    [Field("0+", NullableFrom = 0, Tag = 2)]
    public List<int>? Replicas { get; set; }

    /// <summary>Gets or sets the replicas now on their way out, or null where they stay.</summary>
    [Field("0+", NullableFrom = 0, Tag = 3)]
    public List<int>? RemovingReplicas { get; set; }

    /// <summary>Gets or sets the replicas now on their way in, or null where they stay.</summary>
    [Field("0+", NullableFrom = 0, Tag = 4)]
    public List<int>? AddingReplicas { get; set; }

    /// <summary>Gets or sets the new state of recovery, or -1 where it stays.</summary>
    [Field("0+", Tag = 5)]
    public sbyte LeaderRecoveryState { get; set; } = -1;

    /// <summary>Gets or sets the new directories, or null where they stay.</summary>
    [Field("1+", NullableFrom = 1, Tag = 8)]
    public List<Guid>? Directories { get; set; }

    /// <summary>Gets or sets the new eligible replicas, or null where they stay.</summary>
    [Field("2+", NullableFrom = 2, Tag = 6)]
    public List<int>? EligibleLeaderReplicas { get; set; }

    /// <summary>Gets or sets the new last eligible replicas, or null where they stay.</summary>
    [Field("2+", NullableFrom = 2, Tag = 7)]
    public List<int>? LastKnownElr { get; set; }
}
