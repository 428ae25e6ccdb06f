using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Gives producers their ids, a new epoch to those that lost count, and the word to the one that has a
/// transactional id from now on.</summary>
internal sealed class InitProducerIdHandler(BrokerParts parts)
    : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    // As in Kafka: the last epoch is left for the coordinator to fence with.
    private const short EpochMax = TransactionRules.EpochMax;
    private const short FirstThatFences = 4;

    /// <inheritdoc/>
    protected override async ValueTask<InitProducerIdResponse> HandleAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.TransactionalId is "" || (request.ProducerId < 0) != (request.ProducerEpoch < 0))
            return Refuse(ErrorCode.InvalidRequest);
        if (request.TransactionalId is { } transactionalId)
            return await InitializeAsync(request, transactionalId, cancellationToken).ConfigureAwait(false);

        // A producer of this process that lost count of its sequences goes on under the next epoch of its id, from
        // sequence 0. Asking again gives the same answer, so a lost answer does no harm. To others Kafka always gives a
        // new id, and some name one that is not theirs.
        if (request.ProducerId >= 0 && context.IsLocal)
        {
            if (!parts.ProducerIds.IsKnown(request.ProducerId))
                return Refuse(ErrorCode.InvalidProducerIdMapping);
            if (request.ProducerEpoch < EpochMax)
                return Give(request.ProducerId, (short)(request.ProducerEpoch + 1));
        }

        return Give(await parts.ProducerIds.TakeAsync(cancellationToken).ConfigureAwait(false), epoch: 0);
    }

    private async ValueTask<InitProducerIdResponse> InitializeAsync(
        InitProducerIdRequest request, string transactionalId, CancellationToken cancellationToken)
    {
        ProducerIdentity? known = request.ProducerId < 0
            ? null
            : new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        TransactionAnswer answer = await parts.Transactions
            .InitializeAsync(transactionalId, request.TransactionTimeoutMs, known, cancellationToken)
            .ConfigureAwait(false);
        return answer.Error == ErrorCode.None
            ? Give(answer.ProducerId, answer.ProducerEpoch)
            : Refuse(TransactionErrors.ForTransaction(answer.Error, request.Version >= FirstThatFences));
    }

    private static InitProducerIdResponse Give(long id, short epoch) =>
        new() { ProducerId = id, ProducerEpoch = epoch };

    private static InitProducerIdResponse Refuse(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
