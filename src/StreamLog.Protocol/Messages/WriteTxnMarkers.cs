namespace StreamLog.Protocol.Messages;

// Versions:
//   1  flexible
//   2  the rules that the transaction follows

/// <summary>Writes the marks that end transactions into partitions. From broker to broker.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.WriteTxnMarkers, MessageKind.Request, 1, 2, FlexibleFrom = 1)]
public sealed partial class WriteTxnMarkersRequest : IRequest<WriteTxnMarkersResponse>
{
    /// <summary>Gets or sets the marks.</summary>
    [Field("0+")]
    public List<WritableTxnMarker> Markers { get; set; } = [];

    /// <summary>The mark of one transaction.</summary>
    public sealed partial class WritableTxnMarker
    {
        /// <summary>Gets or sets the producer id.</summary>
        [Field("0+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the epoch of the producer.</summary>
        [Field("0+")]
        public short ProducerEpoch { get; set; }

        /// <summary>Gets or sets whether the transaction is committed, and not aborted.</summary>
        [Field("0+")]
        public bool TransactionResult { get; set; }

        /// <summary>Gets or sets the topics.</summary>
        [Field("0+")]
        public List<WritableTxnMarkerTopic> Topics { get; set; } = [];

        /// <summary>Gets or sets how often the lead over the transaction has been given away.</summary>
        [Field("0+")]
        public int CoordinatorEpoch { get; set; }

        /// <summary>Gets or sets the rules that the transaction follows: 2 where each one has an epoch of its
        /// own.</summary>
        [Field("2+", Ignorable = true)]
        public sbyte TransactionVersion { get; set; }
    }

    /// <summary>One topic to mark.</summary>
    public sealed partial class WritableTxnMarkerTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the numbers of the partitions.</summary>
        [Field("0+")]
        public List<int> PartitionIndexes { get; set; } = [];
    }
}

/// <summary>Tells what became of the marks.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.WriteTxnMarkers, MessageKind.Response, 1, 2, FlexibleFrom = 1)]
public sealed partial class WriteTxnMarkersResponse
{
    /// <summary>Gets or sets the marks.</summary>
    [Field("0+")]
    public List<WritableTxnMarkerResult> Markers { get; set; } = [];

    /// <summary>What became of one mark.</summary>
    public sealed partial class WritableTxnMarkerResult
    {
        /// <summary>Gets or sets the producer id.</summary>
        [Field("0+")]
        public long ProducerId { get; set; }

        /// <summary>Gets or sets the topics.</summary>
        [Field("0+")]
        public List<WritableTxnMarkerTopicResult> Topics { get; set; } = [];
    }

    /// <summary>One topic of the answer.</summary>
    public sealed partial class WritableTxnMarkerTopicResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<WritableTxnMarkerPartitionResult> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class WritableTxnMarkerPartitionResult
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
