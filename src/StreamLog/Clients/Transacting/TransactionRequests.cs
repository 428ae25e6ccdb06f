using StreamLog.Clients.Membership;
using StreamLog.Clients.Producing;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Transacting;

/// <summary>What a producer asks of the coordinator of its transactions.</summary>
/// <remarks>Stateless, thread-safe. Each call is repeated until it is answered, for as long as
/// <see cref="ProducerOptions.MaxBlock"/>.</remarks>
internal sealed class TransactionRequests
{
    // As Kafka's producer: a transaction before is just ending, which takes no longer than a few writes.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly BrokerSession _session;
    private readonly TransactionBroker _broker;
    private readonly ProducerOptions _options;
    private readonly string _transactionalId;

    /// <summary>Creates it.</summary>
    /// <param name="engine">The producer.</param>
    /// <param name="transactionalId">The producer's name.</param>
    public TransactionRequests(ProducerEngine engine, string transactionalId)
    {
        _options = engine.Options;
        _transactionalId = transactionalId;
        TimeSpan pause = _options.RetryBackoff < FirstPause ? _options.RetryBackoff : FirstPause;
        _session = new BrokerSession(
            engine.Session.Broker, engine.Session.Environment, _options.ClientId, pause);
        _broker = new TransactionBroker(_session);
    }

    /// <summary>Gets whether transactions share an epoch, and what belongs to one joins it by requests of its own. It
    /// is known once the producer has begun.</summary>
    public bool IsOld => _broker.IsOld;

    /// <summary>Takes the name over from whoever used it. What that one has open is aborted.</summary>
    /// <param name="known">The id and epoch that this producer has, which must be the latest still;
    /// <see langword="null"/> for one that begins.</param>
    /// <returns>The producer's id and epoch.</returns>
    /// <exception cref="StreamLogException">The broker refuses, or does not answer.</exception>
    public ValueTask<(long ProducerId, short Epoch)> BeginAsync((long ProducerId, short Epoch)? known) =>
        RetryAsync(async (left, token) =>
    {
        await _broker.LookAsync(left, token).ConfigureAwait(false);
        InitProducerIdRequest request = new()
        {
            TransactionalId = _transactionalId,
            TransactionTimeoutMs = Durations.ToRequest(_options.TransactionTimeout),
        };
        if (known is { } producer && _broker.TakesEpochs)
            (request.ProducerId, request.ProducerEpoch) = producer;
        InitProducerIdResponse response = await _session.SendAsync(request, left, token).ConfigureAwait(false);
        if (response.ErrorCode == ErrorCode.InvalidTransactionTimeout)
        {
            throw new StreamLogException(
                response.ErrorCode,
                $"The broker does not allow transactions of '{_transactionalId}' to stay open for "
                + $"{_options.TransactionTimeout}. Lower ProducerOptions.TransactionTimeout; the limit is 15 minutes, "
                + "unless transaction.max.timeout.ms says otherwise.");
        }

        Check(response.ErrorCode, "begin to use");
        return (response.ProducerId, response.ProducerEpoch);
    });

    /// <summary>Ends the transaction.</summary>
    /// <param name="producer">The producer's id and epoch.</param>
    /// <param name="isCommit">Whether it is committed, and not aborted.</param>
    /// <param name="unanswered">Called when an attempt gets no answer, so that it may have been heard.</param>
    /// <returns>The id and the epoch of the next transaction.</returns>
    /// <exception cref="StreamLogException">The broker refuses, or does not answer.</exception>
    public ValueTask<(long ProducerId, short Epoch)> EndAsync(
        (long ProducerId, short Epoch) producer, bool isCommit, Action unanswered) =>
        RetryAsync(async (left, token) =>
        {
            EndTxnRequest request = new()
            {
                TransactionalId = _transactionalId,
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.Epoch,
                Committed = isCommit,
                Version = _broker.EndVersion,
            };
            EndTxnResponse response;
            try
            {
                response = await _session.SendAsync(request, left, token).ConfigureAwait(false);
            }
            catch
            {
                unanswered();
                throw;
            }

            Check(response.ErrorCode, isCommit ? "commit" : "abort");
            return _broker.IsOld ? producer : (response.ProducerId, response.ProducerEpoch);
        });

    /// <summary>Adds partitions to the transaction, before records are sent to them.</summary>
    /// <param name="producer">The producer's id and epoch.</param>
    /// <param name="partitions">The partitions.</param>
    /// <returns>A task that completes when all are in it.</returns>
    /// <exception cref="StreamLogException">The broker refuses, or does not answer.</exception>
    public async ValueTask AddAsync(
        (long ProducerId, short Epoch) producer, IReadOnlyCollection<TopicPartition> partitions) =>
        await RetryAsync(async (left, token) =>
        {
            AddPartitionsToTxnRequest request = TransactionBroker.Add(_transactionalId, producer, partitions);
            AddPartitionsToTxnResponse response = await _session.SendAsync(request, left, token).ConfigureAwait(false);
            Check(TransactionBroker.ErrorOf(response, partitions.Count), "add partitions to");
            return true;
        }).ConfigureAwait(false);

    /// <inheritdoc cref="TransactionBroker.ThrowIfMembersAreUnknown"/>
    public void ThrowIfMembersAreUnknown(string group) => _broker.ThrowIfMembersAreUnknown(group);

    /// <summary>Makes offsets of a group part of the transaction.</summary>
    /// <param name="producer">The producer's id and epoch.</param>
    /// <param name="group">The group.</param>
    /// <param name="read">Tells, at each attempt, which member commits which offsets; no member is a group without
    /// members.</param>
    /// <returns>A task that completes when the group has taken them.</returns>
    /// <exception cref="StreamLogException">The broker refuses, or does not answer.</exception>
    public async ValueTask SendOffsetsAsync(
        (long ProducerId, short Epoch) producer,
        string group,
        Func<(MemberStamp? Member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> Offsets)> read) =>
        await RetryAsync(async (left, token) =>
        {
            (MemberStamp? member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets) = read();
            if (_broker.IsOld)
                await AddOffsetsAsync(producer, group, left, token).ConfigureAwait(false);
            TxnOffsetCommitRequest request = Build(producer, group, member, offsets);
            TxnOffsetCommitResponse response = await _session.SendAsync(request, left, token).ConfigureAwait(false);
            Check(response, group, offsets.Count, isMember: member is not null);
            return true;
        }).ConfigureAwait(false);

    private async ValueTask AddOffsetsAsync(
        (long ProducerId, short Epoch) producer, string group, TimeSpan timeout, CancellationToken cancellationToken)
    {
        AddOffsetsToTxnRequest request = new()
        {
            TransactionalId = _transactionalId,
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.Epoch,
            GroupId = group,
        };
        AddOffsetsToTxnResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        Check(response.ErrorCode, "add offsets to");
    }

    private TxnOffsetCommitRequest Build(
        (long ProducerId, short Epoch) producer,
        string group,
        MemberStamp? member,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets)
    {
        TxnOffsetCommitRequest request = new()
        {
            TransactionalId = _transactionalId,
            GroupId = group,
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.Epoch,
            Version = _broker.OffsetsVersion,
        };
        if (member is { } stamp)
        {
            request.MemberId = stamp.MemberId;
            request.GenerationId = stamp.Epoch;
            request.GroupInstanceId = stamp.InstanceId;
        }

        foreach (IGrouping<string, KeyValuePair<TopicPartition, OffsetAndMetadata>> topic in
            offsets.GroupBy(static pair => pair.Key.Topic))
        {
            request.Topics.Add(new TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(static pair => new TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition
                    {
                        PartitionIndex = pair.Key.Partition,
                        CommittedOffset = pair.Value.Offset,
                        CommittedLeaderEpoch = pair.Value.LeaderEpoch,
                        CommittedMetadata = pair.Value.Metadata,
                    }),
                ],
            });
        }

        return request;
    }

    private void Check(TxnOffsetCommitResponse response, string group, int expected, bool isMember)
    {
        int answered = 0;
        foreach (TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic topic in response.Topics)
        {
            foreach (TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition answer in topic.Partitions)
            {
                answered++;
                if (answer.ErrorCode == ErrorCode.None)
                    continue;
                if (TransactionErrors.IsFatal(answer.ErrorCode))
                    Check(answer.ErrorCode, "send offsets to");
                throw ClientErrors.ForCommit(
                    answer.ErrorCode, group, new TopicPartition(topic.Name, answer.PartitionIndex), isMember);
            }
        }

        if (answered < expected)
            throw ClientErrors.ForGroup(ErrorCode.UnknownServerError, group, "commit offsets");
    }

    private void Check(ErrorCode code, string what)
    {
        if (TransactionErrors.IsFatal(code))
            throw TransactionErrors.Fenced(_transactionalId, code);
        if (code != ErrorCode.None)
        {
            throw new StreamLogException(
                code, $"The broker refused to {what} a transaction of '{_transactionalId}' with {code}.");
        }
    }

    private ValueTask<T> RetryAsync<T>(Func<TimeSpan, CancellationToken, ValueTask<T>> attempt) => _session.RetryAsync(
        (left, token) => attempt(left < _options.RequestTimeout ? left : _options.RequestTimeout, token),
        _options.MaxBlock,
        CancellationToken.None);
}
