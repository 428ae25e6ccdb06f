namespace StreamLog.Protocol;

/// <summary>Names one API of the Kafka protocol. The numbers are the ones on the wire.</summary>
public enum ApiKey : short
{
    /// <summary>Kafka's <c>Produce</c>.</summary>
    Produce = 0,

    /// <summary>Kafka's <c>Fetch</c>.</summary>
    Fetch = 1,

    /// <summary>Kafka's <c>ListOffsets</c>.</summary>
    ListOffsets = 2,

    /// <summary>Kafka's <c>Metadata</c>.</summary>
    Metadata = 3,

    /// <summary>Kafka's <c>OffsetCommit</c>.</summary>
    OffsetCommit = 8,

    /// <summary>Kafka's <c>OffsetFetch</c>.</summary>
    OffsetFetch = 9,

    /// <summary>Kafka's <c>FindCoordinator</c>.</summary>
    FindCoordinator = 10,

    /// <summary>Kafka's <c>JoinGroup</c>.</summary>
    JoinGroup = 11,

    /// <summary>Kafka's <c>Heartbeat</c>.</summary>
    Heartbeat = 12,

    /// <summary>Kafka's <c>LeaveGroup</c>.</summary>
    LeaveGroup = 13,

    /// <summary>Kafka's <c>SyncGroup</c>.</summary>
    SyncGroup = 14,

    /// <summary>Kafka's <c>DescribeGroups</c>.</summary>
    DescribeGroups = 15,

    /// <summary>Kafka's <c>ListGroups</c>.</summary>
    ListGroups = 16,

    /// <summary>Kafka's <c>SaslHandshake</c>.</summary>
    SaslHandshake = 17,

    /// <summary>Kafka's <c>ApiVersions</c>.</summary>
    ApiVersions = 18,

    /// <summary>Kafka's <c>CreateTopics</c>.</summary>
    CreateTopics = 19,

    /// <summary>Kafka's <c>DeleteTopics</c>.</summary>
    DeleteTopics = 20,

    /// <summary>Kafka's <c>DeleteRecords</c>.</summary>
    DeleteRecords = 21,

    /// <summary>Kafka's <c>InitProducerId</c>.</summary>
    InitProducerId = 22,

    /// <summary>Kafka's <c>OffsetForLeaderEpoch</c>.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>Kafka's <c>AddPartitionsToTxn</c>.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>Kafka's <c>AddOffsetsToTxn</c>.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>Kafka's <c>EndTxn</c>.</summary>
    EndTxn = 26,

    /// <summary>Kafka's <c>WriteTxnMarkers</c>.</summary>
    WriteTxnMarkers = 27,

    /// <summary>Kafka's <c>TxnOffsetCommit</c>.</summary>
    TxnOffsetCommit = 28,

    /// <summary>Kafka's <c>DescribeAcls</c>.</summary>
    DescribeAcls = 29,

    /// <summary>Kafka's <c>CreateAcls</c>.</summary>
    CreateAcls = 30,

    /// <summary>Kafka's <c>DeleteAcls</c>.</summary>
    DeleteAcls = 31,

    /// <summary>Kafka's <c>DescribeConfigs</c>.</summary>
    DescribeConfigs = 32,

    /// <summary>Kafka's <c>AlterConfigs</c>.</summary>
    AlterConfigs = 33,

    /// <summary>Kafka's <c>AlterReplicaLogDirs</c>.</summary>
    AlterReplicaLogDirs = 34,

    /// <summary>Kafka's <c>DescribeLogDirs</c>.</summary>
    DescribeLogDirs = 35,

    /// <summary>Kafka's <c>SaslAuthenticate</c>.</summary>
    SaslAuthenticate = 36,

    /// <summary>Kafka's <c>CreatePartitions</c>.</summary>
    CreatePartitions = 37,

    /// <summary>Kafka's <c>DeleteGroups</c>.</summary>
    DeleteGroups = 42,

    /// <summary>Kafka's <c>ElectLeaders</c>.</summary>
    ElectLeaders = 43,

    /// <summary>Kafka's <c>IncrementalAlterConfigs</c>.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>Kafka's <c>AlterPartitionReassignments</c>.</summary>
    AlterPartitionReassignments = 45,

    /// <summary>Kafka's <c>ListPartitionReassignments</c>.</summary>
    ListPartitionReassignments = 46,

    /// <summary>Kafka's <c>OffsetDelete</c>.</summary>
    OffsetDelete = 47,

    /// <summary>Kafka's <c>DescribeClientQuotas</c>.</summary>
    DescribeClientQuotas = 48,

    /// <summary>Kafka's <c>AlterClientQuotas</c>.</summary>
    AlterClientQuotas = 49,

    /// <summary>Kafka's <c>DescribeUserScramCredentials</c>.</summary>
    DescribeUserScramCredentials = 50,

    /// <summary>Kafka's <c>AlterUserScramCredentials</c>.</summary>
    AlterUserScramCredentials = 51,

    /// <summary>Kafka's <c>DescribeQuorum</c>.</summary>
    DescribeQuorum = 55,

    /// <summary>Kafka's <c>UpdateFeatures</c>.</summary>
    UpdateFeatures = 57,

    /// <summary>Kafka's <c>DescribeCluster</c>.</summary>
    DescribeCluster = 60,

    /// <summary>Kafka's <c>DescribeProducers</c>.</summary>
    DescribeProducers = 61,

    /// <summary>Kafka's <c>BrokerRegistration</c>.</summary>
    BrokerRegistration = 62,

    /// <summary>Kafka's <c>BrokerHeartbeat</c>.</summary>
    BrokerHeartbeat = 63,

    /// <summary>Kafka's <c>UnregisterBroker</c>.</summary>
    UnregisterBroker = 64,

    /// <summary>Kafka's <c>DescribeTransactions</c>.</summary>
    DescribeTransactions = 65,

    /// <summary>Kafka's <c>ListTransactions</c>.</summary>
    ListTransactions = 66,

    /// <summary>Kafka's <c>ConsumerGroupHeartbeat</c>.</summary>
    ConsumerGroupHeartbeat = 68,

    /// <summary>Kafka's <c>ConsumerGroupDescribe</c>.</summary>
    ConsumerGroupDescribe = 69,

    /// <summary>Kafka's <c>ListConfigResources</c>.</summary>
    ListConfigResources = 74,

    /// <summary>Kafka's <c>DescribeTopicPartitions</c>.</summary>
    DescribeTopicPartitions = 75,

    /// <summary>Kafka's <c>ShareGroupHeartbeat</c>.</summary>
    ShareGroupHeartbeat = 76,

    /// <summary>Kafka's <c>ShareGroupDescribe</c>.</summary>
    ShareGroupDescribe = 77,

    /// <summary>Kafka's <c>ShareFetch</c>.</summary>
    ShareFetch = 78,

    /// <summary>Kafka's <c>ShareAcknowledge</c>.</summary>
    ShareAcknowledge = 79,

    /// <summary>Kafka's <c>DescribeShareGroupOffsets</c>.</summary>
    DescribeShareGroupOffsets = 90,

    /// <summary>Kafka's <c>AlterShareGroupOffsets</c>.</summary>
    AlterShareGroupOffsets = 91,

    /// <summary>Kafka's <c>DeleteShareGroupOffsets</c>.</summary>
    DeleteShareGroupOffsets = 92,
}
