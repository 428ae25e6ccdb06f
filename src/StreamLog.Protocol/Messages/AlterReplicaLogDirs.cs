namespace StreamLog.Protocol.Messages;

// Versions:
//   1  throttled after the response instead of before it
//   2  flexible

/// <summary>Moves replicas between the directories of one node.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterReplicaLogDirs, MessageKind.Request, 1, 2, FlexibleFrom = 2)]
public sealed partial class AlterReplicaLogDirsRequest : IRequest<AlterReplicaLogDirsResponse>
{
    /// <summary>Gets or sets the directories.</summary>
    [Field("0+")]
    public List<AlterReplicaLogDir> Dirs { get; set; } = [];

    /// <summary>One directory.</summary>
    public sealed partial class AlterReplicaLogDir
    {
        /// <summary>Gets or sets its absolute path.</summary>
        [Field("0+")]
        public string Path { get; set; } = "";

        /// <summary>Gets or sets the topics that are to lie there.</summary>
        [Field("0+")]
        public List<AlterReplicaLogDirTopic> Topics { get; set; } = [];
    }

    /// <summary>One topic.</summary>
    public sealed partial class AlterReplicaLogDirTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("0+")]
        public List<int> Partitions { get; set; } = [];
    }
}

/// <summary>Tells which moves were taken on.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterReplicaLogDirs, MessageKind.Response, 1, 2, FlexibleFrom = 2)]
public sealed partial class AlterReplicaLogDirsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<AlterReplicaLogDirTopicResult> Results { get; set; } = [];

    /// <summary>One topic of the answer.</summary>
    public sealed partial class AlterReplicaLogDirTopicResult
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the partitions.</summary>
        [Field("0+")]
        public List<AlterReplicaLogDirPartitionResult> Partitions { get; set; } = [];
    }

    /// <summary>One partition of the answer.</summary>
    public sealed partial class AlterReplicaLogDirPartitionResult
    {
        /// <summary>Gets or sets the partition's number.</summary>
        [Field("0+")]
        public int PartitionIndex { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }
    }
}
