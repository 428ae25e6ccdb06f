using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Messages;

/// <summary>The messages of the fixture <c>platformatic.txt</c>, in its order, built from the same values.</summary>
internal static class PlatformaticMessages
{
    private static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Guid Directory = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100");

    public static object[] All => [.. Data(), .. Groups(), .. Admin()];

    private static object[] Data() =>
    [
        new ApiVersionsRequest { ClientSoftwareName = "platformatic", ClientSoftwareVersion = "2.0" },
        new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 1500,
            TopicData = [new() { Name = "orders", PartitionData = [new() { Index = 3, Records = Batch() }] }],
        },
        new FetchRequest
        {
            MaxWaitMs = 500,
            MinBytes = 1,
            MaxBytes = 52428800,
            IsolationLevel = 1,
            SessionId = 9,
            SessionEpoch = 2,
            Topics =
            [
                new()
                {
                    TopicId = Id,
                    Partitions =
                    [
                        new()
                        {
                            Partition = 3,
                            CurrentLeaderEpoch = 8,
                            FetchOffset = 42,
                            LastFetchedEpoch = 7,
                            PartitionMaxBytes = 1048576,
                        },
                        new() { Partition = 4, PartitionMaxBytes = 1, ReplicaDirectoryId = Directory },
                    ],
                },
            ],
            ForgottenTopicsData = [new() { TopicId = Directory, Partitions = [1, 2] }],
            RackId = "rack-1",
        },
        new MetadataRequest
        {
            Topics = [new() { Name = "orders" }, new() { TopicId = Id, Name = null }],
            AllowAutoTopicCreation = false,
            IncludeTopicAuthorizedOperations = true,
        },
        new MetadataRequest { Topics = null },
        new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = 1,
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions = [new() { PartitionIndex = 3, CurrentLeaderEpoch = 8, Timestamp = -5 }],
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
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 3,
                            CommittedOffset = 42,
                            CommittedLeaderEpoch = 8,
                            CommittedMetadata = null,
                        },
                    ],
                },
            ],
        },
        new OffsetFetchRequest
        {
            Groups =
            [
                new()
                {
                    GroupId = "billing",
                    MemberId = "member",
                    MemberEpoch = 4,
                    Topics = [new() { Name = "orders", PartitionIndexes = [3, 4] }],
                },
                new() { GroupId = "audit", Topics = null },
            ],
            RequireStable = true,
        },
        new FindCoordinatorRequest { CoordinatorKeys = ["billing", "audit"] },
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
                    NumPartitions = -1,
                    ReplicationFactor = -1,
                    Assignments = [new() { BrokerIds = [1, 2] }],
                    Configs = [new() { Name = "x", Value = null }],
                },
            ],
            TimeoutMs = 30000,
            ValidateOnly = true,
        },
        new DeleteTopicsRequest { Topics = [new() { Name = "orders" }, new() { TopicId = Id }], TimeoutMs = 1000 },
        new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = 2,
                    ResourceName = "orders",
                    Configs = [new() { Name = "x", ConfigOperation = 1, Value = null }],
                },
            ],
            ValidateOnly = true,
        },
        new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = 2, ResourceName = "orders", ConfigurationKeys = ["x"] }],
            IncludeSynonyms = true,
            IncludeDocumentation = true,
        },
        new DeleteRecordsRequest
        {
            Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 3, Offset = -1 }] }],
            TimeoutMs = 1000,
        },
        new CreatePartitionsRequest
        {
            Topics = [new() { Name = "orders", Count = 8, Assignments = [new() { BrokerIds = [1, 2] }] }],
            TimeoutMs = 1000,
        },
        new InitProducerIdRequest
        {
            TransactionalId = "tx",
            TransactionTimeoutMs = 60000,
            ProducerId = 1000,
            ProducerEpoch = 3,
        },
        new ListGroupsRequest { StatesFilter = ["Stable"], TypesFilter = ["consumer"] },
        new DescribeLogDirsRequest { Topics = [new() { Topic = "orders", Partitions = [0, 1] }] },
    ];

    // The batch as the library made it: here it is only carried, and the records' own tests look inside.
    private static RecordBuffer Batch() => RecordBuffer.Wrap(Convert.FromHexString(
        "00000000000000000000003A0000000002913CA1A60000000000000000018BCFE568000000018BCFE568" +
        "00FFFFFFFFFFFFFFFF0000000000000000000110000000026B027600"));
}
