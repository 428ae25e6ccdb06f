using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Transactions;

namespace StreamLog.Broker;

/// <summary>What has to be certain before the batches of a produce are appended within a transaction: that their
/// partitions are in it, so that somebody ends it there.</summary>
/// <remarks>Belongs to one request; one thread at a time.</remarks>
internal sealed class TransactionalAppends
{
    private const short FirstThatAborts = 11;
    private const short FirstThatJoins = 12;

    private readonly TransactionCoordinator _transactions;
    private readonly ProduceRequest _request;
    private readonly Dictionary<TopicPartition, (ErrorCode Error, long VerifiedAt)> _known = [];
    private readonly List<TopicPartition> _unverified = [];

    /// <summary>Looks whose transaction it is.</summary>
    /// <param name="transactions">Knows the transactions.</param>
    /// <param name="request">The produce, with a transactional id.</param>
    public TransactionalAppends(TransactionCoordinator transactions, ProduceRequest request)
    {
        _transactions = transactions;
        _request = request;
        Producer = new ProducerIdentity(-1, -1);
        foreach (ProduceRequest.PartitionProduceData data in request.TopicData.SelectMany(topic => topic.PartitionData))
        {
            if (!IsTransactional(data.Records))
                continue;

            RecordBatchHeader header = new(data.Records!.Span);
            Producer = new ProducerIdentity(header.ProducerId, header.ProducerEpoch);
            return;
        }
    }

    /// <summary>Gets the producer; all batches of a request have the same.</summary>
    public ProducerIdentity Producer { get; }

    /// <summary>Gets whether there are partitions of which it is not certain.</summary>
    public bool MustVerify => _unverified.Count > 0;

    /// <summary>Tells whether a request brings batches of a transaction.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether one at least is.</returns>
    public static bool HasAny(ProduceRequest request)
    {
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            foreach (ProduceRequest.PartitionProduceData data in topic.PartitionData)
            {
                if (IsTransactional(data.Records))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Tells whether bytes begin with a batch of a transaction.</summary>
    /// <param name="records">The bytes.</param>
    /// <returns><see langword="true"/> if they do.</returns>
    public static bool IsTransactional(RecordBuffer? records) =>
        records is { Length: >= RecordBatchHeader.Size } && new RecordBatchHeader(records.Span).IsTransactional;

    /// <summary>Looks what is certain already: a partition with an open transaction of this epoch is in it.</summary>
    /// <param name="topics">The topics there are.</param>
    public void Look(TopicTable topics)
    {
        _known.Clear();
        _unverified.Clear();
        foreach (ProduceRequest.TopicProduceData topicData in _request.TopicData)
        {
            LocalTopic? topic = topics.Find(topicData.Name, topicData.TopicId, out _);
            foreach (ProduceRequest.PartitionProduceData data in topicData.PartitionData)
            {
                if (IsTransactional(data.Records) && topic is not null && !TopicNames.IsInternal(topic.Name)
                    && topic.Find(data.Index) is { } partition)
                {
                    Look(partition);
                }
            }
        }
    }

    /// <summary>Makes certain of the others, as the version of the request has it: they join, or must have been
    /// added.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when it is known.</returns>
    public async ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        bool joins = _request.Version >= FirstThatJoins;
        ErrorCode joined = joins && MustVerify
            ? await _transactions
                .AddAsync(_request.TransactionalId, Producer, _unverified, cancellationToken)
                .ConfigureAwait(false)
            : ErrorCode.None;
        foreach (TopicPartition partition in _unverified)
        {
            ErrorCode error = joins
                ? joined
                : await _transactions
                    .VerifyAsync(_request.TransactionalId, Producer, partition, cancellationToken)
                    .ConfigureAwait(false);
            error = TransactionErrors.ForWrite(
                error, joins, _request.Version >= FirstThatAborts, ErrorCode.NotEnoughReplicas);
            _known[partition] = _known[partition] with { Error = error };
        }
    }

    /// <summary>Tells whether a transaction has ended where it was looked before verifying: the one before, whose mark
    /// was still to be written then. What is in the next one is to be looked at anew.</summary>
    /// <param name="topics">The topics there are.</param>
    /// <returns>Whether to begin again with <see cref="Look(TopicTable)"/>.</returns>
    public bool IsOutdated(TopicTable topics)
    {
        foreach (TopicPartition partition in _unverified)
        {
            (ErrorCode error, long verifiedAt) = _known[partition];
            if (error != ErrorCode.None || topics.Find(partition.Topic)?.Find(partition.Partition) is not { } found)
                continue;
            try
            {
                (short openEpoch, long endedAt) = found.Log.TransactionOf(Producer.Id);
                if (openEpoch < 0 && endedAt != verifiedAt)
                    return true;
            }
            catch (StreamLogException)
            {
                // Appending tells what is wrong.
            }
        }

        return false;
    }

    /// <summary>Tells whether a batch may be appended.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="records">The batch.</param>
    /// <param name="verifiedAt">The mark that had ended the producer's last transaction there when it was
    /// verified.</param>
    /// <returns>None if it may.</returns>
    public ErrorCode Check(TopicPartition partition, RecordBuffer records, out long? verifiedAt)
    {
        verifiedAt = null;
        if (!IsTransactional(records))
            return ErrorCode.None;

        RecordBatchHeader header = new(records.Span);
        if (Producer != new ProducerIdentity(header.ProducerId, header.ProducerEpoch))
            return ErrorCode.InvalidRecord;
        if (!_known.TryGetValue(partition, out (ErrorCode Error, long VerifiedAt) known))
            return ErrorCode.InvalidTransactionState;

        verifiedAt = known.VerifiedAt;
        return known.Error;
    }

    private void Look(ReplicatedPartition partition)
    {
        try
        {
            (short openEpoch, long endedAt) = partition.Log.TransactionOf(Producer.Id);
            _known[partition.TopicPartition] = (ErrorCode.None, endedAt);
            if (openEpoch != Producer.Epoch && !_unverified.Contains(partition.TopicPartition))
                _unverified.Add(partition.TopicPartition);
        }
        catch (StreamLogException exception)
        {
            _known[partition.TopicPartition] = (exception.ErrorCode, -1);
        }
    }
}
