namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of how much further a share group has come with a partition in
/// <c>__share_group_state</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ShareUpdateValue
{
    /// <summary>Gets or sets the snapshot that it adds to.</summary>
    [Field("0+")]
    public int SnapshotEpoch { get; set; }

    /// <summary>Gets or sets the epoch of the leader that wrote it.</summary>
    [Field("0+")]
    public int LeaderEpoch { get; set; }

    /// <summary>Gets or sets the first offset that is not done, or -1 where that has not changed.</summary>
    [Field("0+")]
    public long StartOffset { get; set; }

    /// <summary>Gets or sets how many records behind the start are done, or -1 where that is not known.</summary>
    [Field("0+", Tag = 0)]
    public int DeliveryCompleteCount { get; set; } = -1;

    /// <summary>Gets or sets the records whose state has changed.</summary>
    [Field("0+")]
    public List<StateBatch> StateBatches { get; set; } = [];

    /// <summary>A run of records in one state.</summary>
    public sealed partial class StateBatch
    {
        /// <summary>Gets or sets the first offset.</summary>
        [Field("0+")]
        public long FirstOffset { get; set; }

        /// <summary>Gets or sets the last offset.</summary>
        [Field("0+")]
        public long LastOffset { get; set; }

        /// <summary>Gets or sets the state: 0 for available, 2 for acknowledged, 4 for archived.</summary>
        [Field("0+")]
        public sbyte DeliveryState { get; set; }

        /// <summary>Gets or sets how often they were delivered.</summary>
        [Field("0+")]
        public short DeliveryCount { get; set; }
    }
}
