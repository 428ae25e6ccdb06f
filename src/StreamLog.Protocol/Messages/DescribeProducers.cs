namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>Asks what partitions remember of their producers.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeProducers, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeProducersRequest : IRequest<DescribeProducersResponse>
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TopicRequest> Topics { get; set; } = [];

    /// <summary>One topic to tell of.</summary>
    public sealed partial class TopicRequest
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the numbers of the partitions.</summary>
        [Field("0+")]
        public List<int> PartitionIndexes { get; set; } = [];
    }
}

/// <summary>Tells what partitions remember of their producers.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeProducers, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeProducersResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TopicResponse> Topics { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class TopicResponse
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionResponse> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class PartitionResponse
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }

        /// <summary>Gets or sets the producers.</summary>
        [Field("0+")]
        public List<ProducerState> ActiveProducers { get; set; } = [];
    }

    /// <summary>One producer.</summary>
    public sealed partial class ProducerState
    {
        /// <summary>Gets or sets the producer id.</summary>
        [Field("0+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the epoch of the producer.</summary>
        [Field("0+")]
        public int ProducerEpoch { get; set; }

        /// <summary>Gets or sets the sequence of its last record, or -1.</summary>
        [Field("0+")]
        public int LastSequence { get; set; } = -1;

        /// <summary>Gets or sets when it last wrote, in milliseconds since 1970, or -1.</summary>
        [Field("0+")]
        public long LastTimestamp { get; set; } = -1;

        /// <summary>Gets or sets the epoch of the coordinator that wrote its last mark, or -1.</summary>
        [Field("0+")]
        public int CoordinatorEpoch { get; set; }

        /// <summary>Gets or sets the first offset of its open transaction, or -1.</summary>
        [Field("0+")]
        public long CurrentTxnStartOffset { get; set; } = -1;
    }
}
