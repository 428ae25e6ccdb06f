namespace StreamLog.Protocol.Messages;

// Versions:
//   3  record batches of format 2, transactional id (0 to 2 are refused, as Kafka does, though they are advertised)
//   4  KafkaStorageError may be answered
//   5  response: log start offset
//   7  zstd
//   8  response: errors of single records
//   9  flexible
//   10 response: current leader and node endpoints
//   11 TransactionAbortable may be answered
//   12 transactions: partitions join by producing
//   13 topic ids take the place of topic names

/// <summary>Appends record batches to partitions.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Produce, MessageKind.Request, 3, 13, FlexibleFrom = 9)]
public sealed partial class ProduceRequest : IRequest<ProduceResponse>, IVersionedRequest, IDisposable
{
    /// <summary>Gets or sets the transactional id, or null outside transactions.</summary>
    [Field("3+", NullableFrom = 3)]
    public string? TransactionalId { get; set; }

    /// <summary>Gets or sets how many replicas must have the records: 0, 1, or -1 for all in sync.</summary>
    [Field("0+")]
    public short Acks { get; set; }

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TopicProduceData> TopicData { get; set; } = [];

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets an answer that a broker in the same process may fill and return in place of a new one: for
    /// who sends one request after the other and is done with each answer before the next. It never travels.</summary>
    public ProduceResponse? ResponseToFill { get; set; }

    /// <summary>Gives back all record buffers: for whoever built or decoded the request. Twice is harmless.</summary>
    public void Dispose()
    {
        foreach (TopicProduceData topic in TopicData)
        {
            foreach (PartitionProduceData partition in topic.PartitionData)
            {
                partition.Records?.Dispose();
                partition.Records = null;
            }
        }
    }

    /// <summary>One topic to append to.</summary>
    public sealed partial class TopicProduceData
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-12", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("13+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionProduceData> PartitionData { get; set; } = [];
    }

    /// <summary>One partition to append to.</summary>
    public sealed partial class PartitionProduceData
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int Index { get; set; }

        /// <summary>Gets or sets the record batches.</summary>
        [Field("0+", NullableFrom = 0)]
        public RecordBuffer? Records { get; set; }
    }
}

/// <summary>Tells what became of the record batches.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.Produce, MessageKind.Response, 3, 13, FlexibleFrom = 9)]
public sealed partial class ProduceResponse : IThrottledResponse
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<TopicProduceResponse> Responses { get; set; } = [];

    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets where to reach the leaders named in the response.</summary>
    [Field("10+", Tag = 0, Ignorable = true)]
    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class TopicProduceResponse
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0-12", Ignorable = true)]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("13+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<PartitionProduceResponse> PartitionResponses { get; set; } = [];
    }

    /// <summary>Where to reach one node.</summary>
    public sealed partial class NodeEndpoint
    {
        /// <summary>Gets or sets the node's id.</summary>
        [Field("10+")]
        public int NodeId { get; set; }

        /// <summary>Gets or sets the host name.</summary>
        [Field("10+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("10+")]
        public int Port { get; set; }

        /// <summary>Gets or sets the rack of the node, or null.</summary>
        [Field("10+", NullableFrom = 10)]
        public string? Rack { get; set; }
    }

    /// <summary>What became of one partition's records.</summary>
    public sealed partial class PartitionProduceResponse
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int Index { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the offset of the first record, or -1.</summary>
        [Field("0+")]
        public long BaseOffset { get; set; }

        /// <summary>Gets or sets the timestamp that the broker gave, or -1 where the records keep their own.</summary>
        [Field("2+", Ignorable = true)]
        public long LogAppendTimeMs { get; set; } = -1;

        /// <summary>Gets or sets the first offset that can be read, or -1 where it is not known.</summary>
        [Field("5+", Ignorable = true)]
        public long LogStartOffset { get; set; } = -1;

        /// <summary>Gets or sets the records that made the batch be refused.</summary>
        [Field("8+", Ignorable = true)]
        public List<BatchIndexAndErrorMessage> RecordErrors { get; set; } = [];

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("8+", NullableFrom = 8, Ignorable = true)]
        public string? ErrorMessage { get; set; }

        /// <summary>Gets or sets the leader to ask instead, or null where the client asked the right one.</summary>
        [Field("10+", Tag = 0, Ignorable = true)]
        public LeaderIdAndEpoch? CurrentLeader { get; set; }
    }

    /// <summary>One record that made the batch be refused.</summary>
    public sealed partial class BatchIndexAndErrorMessage
    {
        /// <summary>Gets or sets the record's place in the batch.</summary>
        [Field("8+")]
        public int BatchIndex { get; set; }

        /// <summary>Gets or sets what is wrong with the record, or null.</summary>
        [Field("8+", NullableFrom = 8)]
        public string? BatchIndexErrorMessage { get; set; }
    }

    /// <summary>A leader and its epoch.</summary>
    public sealed partial class LeaderIdAndEpoch
    {
        /// <summary>Gets or sets the node that leads, or -1 where it is not known.</summary>
        [Field("10+")]
        public int LeaderId { get; set; } = -1;

        /// <summary>Gets or sets the epoch of that leader, or -1.</summary>
        [Field("10+")]
        public int LeaderEpoch { get; set; } = -1;
    }
}
