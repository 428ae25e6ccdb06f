namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of what a member has in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupCurrentMemberAssignmentValue
{
    /// <summary>Gets or sets the member's epoch.</summary>
    [Field("0+")]
    public int MemberEpoch { get; set; }

    /// <summary>Gets or sets the epoch before, for the member that has not heard of the last one.</summary>
    [Field("0+")]
    public int PreviousMemberEpoch { get; set; }

    /// <summary>Gets or sets the member's state.</summary>
    [Field("0+")]
    public sbyte State { get; set; }

    /// <summary>Gets or sets the partitions that the member has.</summary>
    [Field("0+")]
    public List<TopicPartitions> AssignedPartitions { get; set; } = [];

    /// <summary>Gets or sets the partitions that the member has to give back.</summary>
    [Field("0+")]
    public List<TopicPartitions> PartitionsPendingRevocation { get; set; } = [];

    /// <summary>Some partitions of one topic.</summary>
    public sealed partial class TopicPartitions
    {
        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}
