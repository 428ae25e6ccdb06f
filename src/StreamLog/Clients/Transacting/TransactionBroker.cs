using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Transacting;

/// <summary>How a broker keeps transactions, as a producer finds out when it begins, and what its requests look like
/// then.</summary>
/// <remarks>
/// From <c>transaction.version</c> 2 on (KIP-890, Kafka 4.0) partitions join a transaction by the records that are
/// produced to them, and each transaction has an epoch of its own. Before, partitions and groups join by requests of
/// their own, and the epoch rises only when a producer begins. The request's version tells the broker which of the two
/// its sender means. Not thread-safe: its producer looks before a transaction is open.
/// </remarks>
internal sealed class TransactionBroker(BrokerSession session)
{
    private const string Feature = "transaction.version";
    private const short FirstLevel = 2;

    // The first versions that belong to the newer way.
    private const short FirstProduce = 12;
    private const short FirstOffsets = 5;
    private const short FirstEnd = 5;

    // The last one that clients send; those behind it are for brokers.
    private const short LastAdd = 3;

    private const short FirstWithMembers = 3;
    private const short FirstWithEpoch = 3;

    private volatile bool _isOld;

    /// <summary>Gets whether transactions share an epoch, and what belongs to one joins it by requests of its
    /// own.</summary>
    public bool IsOld => _isOld;

    /// <summary>Gets whether a producer that begins anew may say which epoch it had.</summary>
    public bool TakesEpochs => !session.Broker.IsBefore(ApiKey.InitProducerId, FirstWithEpoch);

    /// <summary>Gets the version of requests that end a transaction.</summary>
    public short EndVersion => IsOld ? (short)(FirstEnd - 1) : EndTxnRequest.MaxVersion;

    /// <summary>Gets the version of requests that commit offsets in a transaction.</summary>
    public short OffsetsVersion => IsOld ? (short)(FirstOffsets - 1) : TxnOffsetCommitRequest.MaxVersion;

    /// <summary>Finds out how the broker keeps transactions.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when it is known.</returns>
    /// <exception cref="StreamLogException">The broker does not say.</exception>
    public async ValueTask LookAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (SpeaksOldVersions())
        {
            _isOld = true;
            return;
        }

        List<ApiVersionsResponse.FinalizedFeatureKey> features =
            await session.AskFeaturesAsync(timeout, cancellationToken).ConfigureAwait(false);

        // Of one that was not connected yet the versions are known now.
        _isOld = SpeaksOldVersions() || !features.Exists(
            static feature => feature.Name == Feature && feature.MaxVersionLevel >= FirstLevel);
    }

    /// <summary>Builds the request that adds partitions.</summary>
    /// <param name="transactionalId">The producer's name.</param>
    /// <param name="producer">Its id and epoch.</param>
    /// <param name="partitions">The partitions.</param>
    /// <returns>The request.</returns>
    public static AddPartitionsToTxnRequest Add(
        string transactionalId,
        (long ProducerId, short Epoch) producer,
        IReadOnlyCollection<TopicPartition> partitions) => new()
        {
            V3AndBelowTransactionalId = transactionalId,
            V3AndBelowProducerId = producer.ProducerId,
            V3AndBelowProducerEpoch = producer.Epoch,
            V3AndBelowTopics =
            [
                .. partitions.GroupBy(static partition => partition.Topic, StringComparer.Ordinal).Select(
                    static topic => new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(static partition => partition.Partition).Order()],
                    }),
            ],
            Version = LastAdd,
        };

    /// <summary>Tells why partitions were not added.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="expected">How many were to be added.</param>
    /// <returns>The error of one of them, or <see cref="ErrorCode.None"/>.</returns>
    public static ErrorCode ErrorOf(AddPartitionsToTxnResponse response, int expected)
    {
        ErrorCode[] answers =
        [
            .. response.ResultsByTopicV3AndBelow
                .SelectMany(static topic => topic.ResultsByPartition)
                .Select(static partition => partition.PartitionErrorCode),
        ];
        if (answers.Length < expected)
            return ErrorCode.UnknownServerError;

        // Those that another one has kept from it say nothing of why.
        return answers
            .Where(static error => error != ErrorCode.None)
            .OrderBy(static error => error == ErrorCode.OperationNotAttempted)
            .FirstOrDefault(ErrorCode.None);
    }

    /// <summary>Throws if the broker cannot tell by a commit of offsets which member of the group it is from: so a
    /// member that has lost its partitions could commit.</summary>
    /// <param name="group">The group.</param>
    /// <exception cref="StreamLogException">It cannot.</exception>
    public void ThrowIfMembersAreUnknown(string group)
    {
        if (!session.Broker.IsBefore(ApiKey.TxnOffsetCommit, FirstWithMembers))
            return;
        throw new StreamLogException(
            ErrorCode.UnsupportedVersion,
            $"The broker is older than Kafka 2.5, and does not tell which member of group '{group}' commits its "
            + "offsets in a transaction. Give SendOffsetsAsync the group and its offsets, and give each partition a "
            + "transactional id of its own; or use a newer broker.");
    }

    private bool SpeaksOldVersions() =>
        session.Broker.IsBefore(ApiKey.Produce, FirstProduce)
        || session.Broker.IsBefore(ApiKey.TxnOffsetCommit, FirstOffsets)
        || session.Broker.IsBefore(ApiKey.EndTxn, FirstEnd);
}
