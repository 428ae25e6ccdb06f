namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  flexible

/// <summary>Trims partitions: all before an offset goes.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteRecords, MessageKind.Request, 0, 2, FlexibleFrom = 2)]
public sealed partial class DeleteRecordsRequest : IRequest<DeleteRecordsResponse>
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<DeleteRecordsTopic> Topics { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; }

    /// <summary>One topic to trim.</summary>
    public sealed partial class DeleteRecordsTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<DeleteRecordsPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition to trim.</summary>
    public sealed partial class DeleteRecordsPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the first offset to keep, or -1 for the high watermark.</summary>
        [Field("0+")]
        public long Offset { get; set; }
    }
}

/// <summary>Tells where the partitions start now.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteRecords, MessageKind.Response, 0, 2, FlexibleFrom = 2)]
public sealed partial class DeleteRecordsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<DeleteRecordsTopicResult> Topics { get; set; } = [];

    /// <summary>What became of one topic.</summary>
    public sealed partial class DeleteRecordsTopicResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<DeleteRecordsPartitionResult> Partitions { get; set; } = [];
    }

    /// <summary>What became of one partition.</summary>
    public sealed partial class DeleteRecordsPartitionResult
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the first offset that is left, over all replicas.</summary>
        [Field("0+")]
        public long LowWatermark { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
