namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of what a member of a share group is to read in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ShareGroupTargetAssignmentMemberValue
{
    /// <summary>Gets or sets the partitions.</summary>
    [Field("0+")]
    public List<TopicPartition> TopicPartitions { get; set; } = [];

    /// <summary>Some partitions of one topic.</summary>
    public sealed partial class TopicPartition
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
