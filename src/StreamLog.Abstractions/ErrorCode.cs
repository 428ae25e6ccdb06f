namespace StreamLog;

/// <summary>Says what went wrong, in Kafka's words and with Kafka's numbers.</summary>
/// <remarks>
/// The numbers up to 9,999 are those of Kafka's protocol. Later ones are StreamLog's own and are sent to Kafka clients
/// as the nearest number that these know.
/// </remarks>
public enum ErrorCode : short
{
    /// <summary>The server met an error that it did not expect.</summary>
    UnknownServerError = -1,

    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The offset lies outside the partition's log.</summary>
    OffsetOutOfRange = 1,

    /// <summary>A record batch failed its checksum or is not well formed.</summary>
    CorruptMessage = 2,

    /// <summary>There is no such topic or partition here.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>A fetch asked for a negative number of bytes.</summary>
    InvalidFetchSize = 4,

    /// <summary>The partition has no leader now.</summary>
    LeaderNotAvailable = 5,

    /// <summary>This node is not the partition's leader, or holds no replica of it.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>The answer did not come in time: the outcome is unknown.</summary>
    RequestTimedOut = 7,

    /// <summary>The broker is not available.</summary>
    BrokerNotAvailable = 8,

    /// <summary>The replica is not available.</summary>
    ReplicaNotAvailable = 9,

    /// <summary>A record batch is larger than the topic allows.</summary>
    MessageTooLarge = 10,

    /// <summary>The controller that asked has been replaced.</summary>
    StaleControllerEpoch = 11,

    /// <summary>The text beside a committed offset is too long.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The connection was lost before the answer came: the outcome is unknown.</summary>
    NetworkException = 13,

    /// <summary>The coordinator is still reading its state.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>The coordinator is not available.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>This node does not coordinate that group or transaction.</summary>
    NotCoordinator = 16,

    /// <summary>The topic's name is not legal, or the topic is internal and may not be written to.</summary>
    InvalidTopic = 17,

    /// <summary>The batch is larger than a whole segment may be.</summary>
    RecordListTooLarge = 18,

    /// <summary>Fewer replicas are in sync than the topic demands. Nothing was appended.</summary>
    NotEnoughReplicas = 19,

    /// <summary>Replicas fell out of sync after the append: the outcome is unknown.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>The number of acknowledgements asked for is none of -1, 0 and 1.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>The group has moved on to another generation.</summary>
    IllegalGeneration = 22,

    /// <summary>The member and its group share no protocol.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>The group's name is not legal.</summary>
    InvalidGroupId = 24,

    /// <summary>The group does not know this member.</summary>
    UnknownMemberId = 25,

    /// <summary>The session timeout lies outside the allowed range.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing.</summary>
    RebalanceInProgress = 27,

    /// <summary>The committed offset's record would be too large.</summary>
    InvalidCommitOffsetSize = 28,

    /// <summary>The caller may not do this to the topic.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>The caller may not do this to the group.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>The caller may not do this to the cluster.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>A record's timestamp lies outside the allowed range.</summary>
    InvalidTimestamp = 32,

    /// <summary>The SASL mechanism is not offered here.</summary>
    UnsupportedSaslMechanism = 33,

    /// <summary>The request does not fit the state of the authentication.</summary>
    IllegalSaslState = 34,

    /// <summary>The version of the API, or what the request asks for in it, is not spoken here.</summary>
    UnsupportedVersion = 35,

    /// <summary>There already is a topic of that name.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The number of partitions is not legal.</summary>
    InvalidPartitions = 37,

    /// <summary>The replication factor is below one or above the number of nodes.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>The assignment of replicas is not legal.</summary>
    InvalidReplicaAssignment = 39,

    /// <summary>A configuration's name or value is not legal.</summary>
    InvalidConfig = 40,

    /// <summary>This node is not the controller.</summary>
    NotController = 41,

    /// <summary>The request contradicts itself or the protocol.</summary>
    InvalidRequest = 42,

    /// <summary>The message format of the topic cannot do this.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>A policy of the cluster forbids this.</summary>
    PolicyViolation = 44,

    /// <summary>A batch of this producer is missing before this one.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>The batch has already been appended.</summary>
    DuplicateSequenceNumber = 46,

    /// <summary>A newer incarnation of the producer has appended since.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The transaction is not in a state for this.</summary>
    InvalidTransactionState = 48,

    /// <summary>The producer id is not the one of that transactional id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>The transaction timeout is longer than allowed.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>Another operation on the transaction has not ended yet.</summary>
    ConcurrentTransactions = 51,

    /// <summary>The transaction's coordinator has been replaced.</summary>
    TransactionCoordinatorFenced = 52,

    /// <summary>The caller may not use that transactional id.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>Security is not turned on.</summary>
    SecurityDisabled = 54,

    /// <summary>Nothing was tried, because something before it failed.</summary>
    OperationNotAttempted = 55,

    /// <summary>The disk failed, and the partition is offline on this node.</summary>
    KafkaStorageError = 56,

    /// <summary>The directory is not one of this node's.</summary>
    LogDirectoryNotFound = 57,

    /// <summary>Authentication failed.</summary>
    SaslAuthenticationFailed = 58,

    /// <summary>The log remembers nothing of this producer.</summary>
    UnknownProducerId = 59,

    /// <summary>The partition is being reassigned.</summary>
    ReassignmentInProgress = 60,

    /// <summary>Delegation tokens are not turned on.</summary>
    DelegationTokenAuthDisabled = 61,

    /// <summary>There is no such delegation token.</summary>
    DelegationTokenNotFound = 62,

    /// <summary>The delegation token is somebody else's.</summary>
    DelegationTokenOwnerMismatch = 63,

    /// <summary>Delegation tokens may not be asked for on this connection.</summary>
    DelegationTokenRequestNotAllowed = 64,

    /// <summary>The caller may not do this to the delegation token.</summary>
    DelegationTokenAuthorizationFailed = 65,

    /// <summary>The delegation token has expired.</summary>
    DelegationTokenExpired = 66,

    /// <summary>The principal's type is not known.</summary>
    InvalidPrincipalType = 67,

    /// <summary>The group still has members.</summary>
    NonEmptyGroup = 68,

    /// <summary>There is no such group.</summary>
    GroupIdNotFound = 69,

    /// <summary>There is no such fetch session.</summary>
    FetchSessionIdNotFound = 70,

    /// <summary>The fetch session has moved on.</summary>
    InvalidFetchSessionEpoch = 71,

    /// <summary>The leader has no listener of the name that the request came in by.</summary>
    ListenerNotFound = 72,

    /// <summary>Topics may not be deleted.</summary>
    TopicDeletionDisabled = 73,

    /// <summary>The caller knows an older leader epoch than this leader's.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>The caller knows a newer leader epoch than this node.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>The codec of the batch is not available here.</summary>
    UnsupportedCompressionType = 76,

    /// <summary>The broker has registered again since.</summary>
    StaleBrokerEpoch = 77,

    /// <summary>The new leader does not know its high watermark yet.</summary>
    OffsetNotAvailable = 78,

    /// <summary>The member must join again with the id it was given.</summary>
    MemberIdRequired = 79,

    /// <summary>The preferred leader is not available.</summary>
    PreferredLeaderNotAvailable = 80,

    /// <summary>The group is full.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>Another member has taken over this static member's id.</summary>
    FencedInstanceId = 82,

    /// <summary>No replica may become leader.</summary>
    EligibleLeadersNotAvailable = 83,

    /// <summary>The leader is already the one asked for.</summary>
    ElectionNotNeeded = 84,

    /// <summary>The partition is not being reassigned.</summary>
    NoReassignmentInProgress = 85,

    /// <summary>The group consumes the topic now.</summary>
    GroupSubscribedToTopic = 86,

    /// <summary>A record breaks a rule of its topic, as a missing key on a compacted one does.</summary>
    InvalidRecord = 87,

    /// <summary>A transaction on the offset is still open.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>The quota is used up.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>A newer producer with the same transactional id has taken over.</summary>
    ProducerFenced = 90,

    /// <summary>There is no such resource.</summary>
    ResourceNotFound = 91,

    /// <summary>The request names a resource twice.</summary>
    DuplicateResource = 92,

    /// <summary>The credential breaks a rule.</summary>
    UnacceptableCredential = 93,

    /// <summary>The voters named are not the quorum's.</summary>
    InconsistentVoterSet = 94,

    /// <summary>The update is based on an older state.</summary>
    InvalidUpdateVersion = 95,

    /// <summary>The feature could not be changed.</summary>
    FeatureUpdateFailed = 96,

    /// <summary>The forwarded principal could not be read.</summary>
    PrincipalDeserializationFailure = 97,

    /// <summary>There is no such snapshot.</summary>
    SnapshotNotFound = 98,

    /// <summary>The position lies outside the snapshot.</summary>
    PositionOutOfRange = 99,

    /// <summary>There is no topic of that id here.</summary>
    UnknownTopicId = 100,

    /// <summary>Another live node has that id.</summary>
    DuplicateBrokerRegistration = 101,

    /// <summary>The node has not registered.</summary>
    BrokerIdNotRegistered = 102,

    /// <summary>The topic's id is not the one in the log.</summary>
    InconsistentTopicId = 103,

    /// <summary>The caller belongs to another cluster.</summary>
    InconsistentClusterId = 104,

    /// <summary>There is no such transactional id.</summary>
    TransactionalIdNotFound = 105,

    /// <summary>The fetch session mixes names and ids of topics.</summary>
    FetchSessionTopicIdError = 106,

    /// <summary>The replica may not be in sync now.</summary>
    IneligibleReplica = 107,

    /// <summary>The change elected a new leader.</summary>
    NewLeaderElected = 108,

    /// <summary>The offset is no longer in local storage.</summary>
    OffsetMovedToTieredStorage = 109,

    /// <summary>The member's epoch is not the group's.</summary>
    FencedMemberEpoch = 110,

    /// <summary>The static member's id is still in use.</summary>
    UnreleasedInstanceId = 111,

    /// <summary>The assignor is not offered here.</summary>
    UnsupportedAssignor = 112,

    /// <summary>The member's epoch is old.</summary>
    StaleMemberEpoch = 113,

    /// <summary>The request went to the wrong kind of endpoint.</summary>
    MismatchedEndpointType = 114,

    /// <summary>The kind of endpoint is not known.</summary>
    UnsupportedEndpointType = 115,

    /// <summary>There is no such controller.</summary>
    UnknownControllerId = 116,

    /// <summary>The telemetry subscription is not known.</summary>
    UnknownSubscriptionId = 117,

    /// <summary>The telemetry is larger than allowed.</summary>
    TelemetryTooLarge = 118,

    /// <summary>The registration is not legal.</summary>
    InvalidRegistration = 119,

    /// <summary>The transaction failed and must be aborted.</summary>
    TransactionAbortable = 120,

    /// <summary>The record is not in a state for this acknowledgement.</summary>
    InvalidRecordState = 121,

    /// <summary>There is no such share session.</summary>
    ShareSessionNotFound = 122,

    /// <summary>The share session has moved on.</summary>
    InvalidShareSessionEpoch = 123,

    /// <summary>The share coordinator has been replaced.</summary>
    FencedStateEpoch = 124,

    /// <summary>The voter's key is not the one known.</summary>
    InvalidVoterKey = 125,

    /// <summary>The voter is already there.</summary>
    DuplicateVoter = 126,

    /// <summary>There is no such voter.</summary>
    VoterNotFound = 127,

    /// <summary>The regular expression is not legal.</summary>
    InvalidRegularExpression = 128,

    /// <summary>The client must find the cluster anew.</summary>
    RebootstrapRequired = 129,

    /// <summary>The topology is not legal.</summary>
    StreamsInvalidTopology = 130,

    /// <summary>The topology's epoch is not legal.</summary>
    StreamsInvalidTopologyEpoch = 131,

    /// <summary>The topology has been replaced.</summary>
    StreamsTopologyFenced = 132,

    /// <summary>There are too many share sessions.</summary>
    ShareSessionLimitReached = 133,

    /// <summary>The memory limit or the disk is full. Nothing was appended, and what is there can be read.</summary>
    /// <remarks>StreamLog's own. Kafka clients see <see cref="KafkaStorageError"/>.</remarks>
    StorageFull = 10_001,
}
