using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Gives idempotent producers their ids, and a new epoch to those that lost count.</summary>
internal sealed class InitProducerIdHandler(ProducerIdBlock ids)
    : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    // As in Kafka: the last epoch is left for the coordinator to fence with.
    private const short EpochMax = short.MaxValue - 1;

    /// <inheritdoc/>
    protected override async ValueTask<InitProducerIdResponse> HandleAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.TransactionalId is { Length: > 0 })
            return Refuse(ErrorCode.UnsupportedVersion);
        if (request.TransactionalId is not null || (request.ProducerId < 0) != (request.ProducerEpoch < 0))
            return Refuse(ErrorCode.InvalidRequest);

        // A producer that lost count of its sequences goes on under the next epoch of its id, from sequence 0. Asking
        // again gives the same answer, so a lost answer does no harm.
        if (request.ProducerId >= 0)
        {
            if (!ids.IsKnown(request.ProducerId))
                return Refuse(ErrorCode.InvalidProducerIdMapping);
            if (request.ProducerEpoch < EpochMax)
                return Give(request.ProducerId, (short)(request.ProducerEpoch + 1));
        }

        return Give(await ids.TakeAsync(cancellationToken).ConfigureAwait(false), epoch: 0);
    }

    private static InitProducerIdResponse Give(long id, short epoch) =>
        new() { ProducerId = id, ProducerEpoch = epoch };

    private static InitProducerIdResponse Refuse(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = -1, ProducerEpoch = -1 };
}
