namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  directories
//   2  eligible leader replicas

/// <summary>A partition was created, or stands in a snapshot.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 2, FlexibleFrom = 0, RecordKey = 3)]
public sealed partial class PartitionRecord : IMetadataRecord
{
    /// <summary>Gets or sets the partition's number.</summary>
    [Field("0+")]
    public int PartitionId { get; set; } = -1;

    /// <summary>Gets or sets the topic's id.</summary>
    [Field("0+")]
    public Guid TopicId { get; set; }

    /// <summary>Gets or sets the nodes that hold a replica, the preferred leader first.</summary>
    [Field("0+")]
    public List<int> Replicas { get; set; } = [];

    /// <summary>Gets or sets the nodes whose replica is in sync.</summary>
    [Field("0+")]
    public List<int> Isr { get; set; } = [];

    /// <summary>Gets or sets the replicas that are on their way out.</summary>
    [Field("0+")]
    public List<int> RemovingReplicas { get; set; } = [];

    /// <summary>Gets or sets the replicas that are on their way in.</summary>
    [Field("0+")]
    public List<int> AddingReplicas { get; set; } = [];

    /// <summary>Gets or sets the node that leads, or -1 for none.</summary>
    [Field("0+")]
    public int Leader { get; set; } = -1;

    /// <summary>Gets or sets 1 while the leader recovers from an unclean election, 0 otherwise.</summary>
    [Field("0+", Tag = 0)]
    public sbyte LeaderRecoveryState { get; set; }

    /// <summary>Gets or sets the leader epoch, or -1 where it is not known.</summary>
    [Field("0+")]
    public int LeaderEpoch { get; set; } = -1;

    /// <summary>Gets or sets the epoch of the partition, which every change of it raises.</summary>
    [Field("0+")]
    public int PartitionEpoch { get; set; } = -1;

    /// <summary>Gets or sets the directory of each replica, in their order.</summary>
    [Field("1+")]
    public List<Guid> Directories { get; set; } = [];

    /// <summary>Gets or sets the replicas outside the in-sync set that may still lead without loss.</summary>
    [Field("2+", NullableFrom = 2, Tag = 1)]
    public List<int>? EligibleLeaderReplicas { get; set; }

    /// <summary>Gets or sets the last replicas that could lead without loss.</summary>
    [Field("2+", NullableFrom = 2, Tag = 2)]
    public List<int>? LastKnownElr { get; set; }
}
