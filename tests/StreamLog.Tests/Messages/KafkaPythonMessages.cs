using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Messages;

/// <summary>The messages of the fixture <c>kafka-python.txt</c>, in its order, built from the same values.</summary>
internal static class KafkaPythonMessages
{
    public static object[] All =>
    [
        .. Produce(), .. Fetch(), .. FetchAnswers(), .. Offsets(), .. Metadata(), .. Groups(), .. Admin(), .. Configs(),
    ];

    private static object[] Produce() =>
    [
        new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 30000,
            TopicData =
            [
                new()
                {
                    Name = "orders",
                    PartitionData =
                        [new() { Index = 3, Records = Records() }, new() { Index = 4, Records = RecordBuffer.Empty }],
                },
            ],
        },
        new ProduceRequest
        {
            TransactionalId = "tx",
            Acks = 1,
            TimeoutMs = 1500,
            TopicData = [new() { Name = "orders", PartitionData = [new() { Index = 0, Records = Records() }] }],
        },
        new ProduceResponse
        {
            Responses =
            [
                new()
                {
                    Name = "orders",
                    PartitionResponses =
                    [
                        new() { Index = 3, BaseOffset = 42, LogStartOffset = 7 },
                        new() { Index = 4, ErrorCode = ErrorCode.NotLeaderOrFollower, BaseOffset = -1 },
                    ],
                },
            ],
            ThrottleTimeMs = 5,
        },
    ];

    private static object[] Fetch() =>
    [
        new FetchRequest
        {
            MaxWaitMs = 500,
            MinBytes = 1,
            MaxBytes = 52428800,
            IsolationLevel = 1,
            Topics =
            [
                new()
                {
                    Topic = "orders",
                    Partitions = [new() { Partition = 3, FetchOffset = 42, PartitionMaxBytes = 1048576 }],
                },
            ],
        },
        new FetchRequest
        {
            MaxWaitMs = 500,
            MinBytes = 1,
            MaxBytes = 52428800,
            SessionId = 9,
            SessionEpoch = 2,
            Topics =
            [
                new()
                {
                    Topic = "orders",
                    Partitions =
                    [
                        new() { Partition = 3, CurrentLeaderEpoch = 8, FetchOffset = 42, PartitionMaxBytes = 1048576 },
                    ],
                },
            ],
            RackId = "rack-1",
        },
    ];

    private static object[] FetchAnswers() =>
    [
        new FetchResponse
        {
            Responses =
            [
                new()
                {
                    Topic = "orders",
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 3,
                            HighWatermark = 50,
                            LastStableOffset = 49,
                            AbortedTransactions = [new() { ProducerId = 1000, FirstOffset = 44 }],
                            Records = Records(),
                        },
                        new()
                        {
                            PartitionIndex = 4,
                            ErrorCode = ErrorCode.UnknownTopicOrPartition,
                            HighWatermark = -1,
                            AbortedTransactions = null,
                            Records = RecordBuffer.Empty,
                        },
                    ],
                },
            ],
        },
        new FetchResponse
        {
            ThrottleTimeMs = 1,
            SessionId = 9,
            Responses =
            [
                new()
                {
                    Topic = "orders",
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 3,
                            HighWatermark = 50,
                            LastStableOffset = 49,
                            LogStartOffset = 2,
                            PreferredReadReplica = 1,
                            Records = Records(),
                        },
                    ],
                },
            ],
        },
    ];

    private static object[] Offsets() =>
    [
        new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 3, Timestamp = -2 }] }],
        },
        new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = 1,
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions = [new() { PartitionIndex = 3, Timestamp = 1700000000000 }],
                },
            ],
        },
        new ListOffsetsResponse
        {
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 3, Offset = 42 }] }],
        },
        new ListOffsetsResponse
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                        [new() { PartitionIndex = 3, Timestamp = 1700000000000, Offset = 42, LeaderEpoch = 8 }],
                },
            ],
        },
    ];

    private static object[] Metadata() =>
    [
        new MetadataRequest(),
        new MetadataRequest { Topics = null },
        new MetadataRequest
        {
            Topics = [new() { Name = "orders" }, new() { Name = "größer" }],
            AllowAutoTopicCreation = false,
        },
        new MetadataResponse
        {
            Brokers = [new() { NodeId = 1, Host = "localhost", Port = 9092 }],
            ControllerId = 1,
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                        [new() { PartitionIndex = 3, LeaderId = 1, ReplicaNodes = [1, 2], IsrNodes = [1] }],
                },
            ],
        },
        new MetadataResponse
        {
            Brokers = [new() { NodeId = 1, Host = "localhost", Port = 9092, Rack = "rack-1" }],
            ClusterId = "cluster",
            ControllerId = 1,
            Topics =
            [
                new()
                {
                    ErrorCode = ErrorCode.LeaderNotAvailable,
                    Name = "orders",
                    IsInternal = true,
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 3,
                            LeaderId = 1,
                            ReplicaNodes = [1, 2],
                            IsrNodes = [1],
                            OfflineReplicas = [2],
                        },
                    ],
                },
            ],
        },
    ];

    private static object[] Groups() =>
    [
        new OffsetCommitRequest
        {
            GroupId = "billing",
            GenerationIdOrMemberEpoch = 4,
            MemberId = "member",
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions = [new() { PartitionIndex = 3, CommittedOffset = 42, CommittedMetadata = "note" }],
                },
            ],
        },
        new OffsetCommitResponse
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                    [
                        new() { PartitionIndex = 3 },
                        new() { PartitionIndex = 4, ErrorCode = ErrorCode.UnknownMemberId },
                    ],
                },
            ],
        },
        new OffsetFetchRequest { GroupId = "billing", Topics = [new() { Name = "orders", PartitionIndexes = [3, 4] }] },
        new OffsetFetchRequest { GroupId = "billing", Topics = null },
        new OffsetFetchResponse
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                    [
                        new() { PartitionIndex = 3, CommittedOffset = 42, Metadata = "note" },
                        new() { PartitionIndex = 4, CommittedOffset = -1 },
                    ],
                },
            ],
        },
        new FindCoordinatorRequest { Key = "billing" },
        new FindCoordinatorResponse { NodeId = 1, Host = "localhost", Port = 9092 },
    ];

    private static object[] Admin() =>
    [
        new CreateTopicsRequest
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    NumPartitions = 6,
                    ReplicationFactor = 1,
                    Configs = [new() { Name = "retention.ms", Value = "1000" }, new() { Name = "x", Value = null }],
                },
                new()
                {
                    Name = "paid",
                    NumPartitions = -1,
                    ReplicationFactor = -1,
                    Assignments = [new() { BrokerIds = [1, 2] }],
                },
            ],
            TimeoutMs = 30000,
            ValidateOnly = true,
        },
        new CreateTopicsResponse
        {
            Topics =
            [
                new() { Name = "orders", ErrorMessage = null },
                new() { Name = "paid", ErrorCode = ErrorCode.TopicAlreadyExists, ErrorMessage = "it is there" },
            ],
        },
        new DeleteTopicsRequest { TopicNames = ["orders"], TimeoutMs = 1000 },
        new CreatePartitionsRequest
        {
            Topics =
            [
                new() { Name = "orders", Count = 8, Assignments = null },
                new() { Name = "paid", Count = 2, Assignments = [new() { BrokerIds = [1, 2] }] },
            ],
            TimeoutMs = 1000,
        },
    ];

    private static object[] Configs() =>
    [
        new DescribeConfigsRequest
        {
            Resources =
            [
                new() { ResourceType = 2, ResourceName = "orders", ConfigurationKeys = null },
                new() { ResourceType = 4, ResourceName = "1", ConfigurationKeys = ["x"] },
            ],
            IncludeSynonyms = true,
        },
        new DescribeConfigsResponse
        {
            Results =
            [
                new()
                {
                    ErrorMessage = null,
                    ResourceType = 2,
                    ResourceName = "orders",
                    Configs =
                    [
                        new()
                        {
                            Name = "retention.ms",
                            Value = "1000",
                            ConfigSource = 1,
                            Synonyms = [new() { Name = "retention.ms", Value = "7", Source = 5 }],
                        },
                    ],
                },
            ],
        },
        new ApiVersionsResponse
        {
            ApiKeys =
            [
                new() { ApiKey = ApiKey.Produce, MinVersion = 0, MaxVersion = 13 },
                new() { ApiKey = ApiKey.Fetch, MinVersion = 4, MaxVersion = 18 },
            ],
            ThrottleTimeMs = 7,
        },
    ];

    private static RecordBuffer Records() => RecordBuffer.Wrap(new byte[] { 0xC0, 0xFF, 0xEE });
}
