namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1-3  the same layout; they go with those of the subscription

/// <summary>What a consumer of a classic group is assigned.</summary>
/// <remarks>Not thread-safe. It travels within <see cref="SyncGroupResponse"/>, framed by
/// <see cref="ConsumerProtocolFrames"/>.</remarks>
[Message(MessageKind.Record, 0, 3)]
public sealed partial class ConsumerProtocolAssignment
{
    /// <summary>Gets or sets the partitions.</summary>
    [Field("0+")]
    public List<TopicPartitions> AssignedPartitions { get; set; } = [];

    /// <summary>Gets or sets what the assignor adds, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public byte[]? UserData { get; set; }

    /// <summary>Partitions of one topic.</summary>
    public sealed partial class TopicPartitions
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
