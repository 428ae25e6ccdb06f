namespace StreamLog.Protocol.Messages;

// Versions:
//   1  throttled after the response
//   2  flexible
//   3  response: error code for the whole
//   4  response: size and free space of the volume

/// <summary>Asks for the directories of a node.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeLogDirs, MessageKind.Request, 1, 4, FlexibleFrom = 2)]
public sealed partial class DescribeLogDirsRequest : IRequest<DescribeLogDirsResponse>
{
    /// <summary>Gets or sets the topics asked for, or null for all.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<DescribableLogDirTopic>? Topics { get; set; } = [];

    /// <summary>One topic asked about.</summary>
    public sealed partial class DescribableLogDirTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells the directories of a node and what is in them.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeLogDirs, MessageKind.Response, 1, 4, FlexibleFrom = 2)]
public sealed partial class DescribeLogDirsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("3+", Ignorable = true)]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets one result for each item of the request.</summary>
    [Field("0+")]
    public List<DescribeLogDirsResult> Results { get; set; } = [];

    /// <summary>One directory.</summary>
    public sealed partial class DescribeLogDirsResult
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets the absolute path of the directory.</summary>
        [Field("0+")]
        public string LogDir { get; set; } = "";

        /// <summary>Gets or sets the topics.</summary>
        [Field("0+")]
        public List<DescribeLogDirsTopic> Topics { get; set; } = [];

        /// <summary>Gets or sets the size of the volume, in bytes, or -1.</summary>
        [Field("4+", Ignorable = true)]
        public long TotalBytes { get; set; } = -1;

        /// <summary>Gets or sets the free space of the volume, in bytes, or -1.</summary>
        [Field("4+", Ignorable = true)]
        public long UsableBytes { get; set; } = -1;
    }

    /// <summary>One topic in a directory.</summary>
    public sealed partial class DescribeLogDirsTopic
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<DescribeLogDirsPartition> Partitions { get; set; } = [];
    }

    /// <summary>One partition in a directory.</summary>
    public sealed partial class DescribeLogDirsPartition
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets the size of the partition's segments, in bytes.</summary>
        [Field("0+")]
        public long PartitionSize { get; set; }

        /// <summary>Gets or sets how many offsets the replica is behind.</summary>
        [Field("0+")]
        public long OffsetLag { get; set; }

        /// <summary>Gets or sets whether the replica is being moved here and will replace another one.</summary>
        [Field("0+")]
        public bool IsFutureKey { get; set; }
    }
}
