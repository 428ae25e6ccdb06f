using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Commits and aborts transactions. The answer tells what is certain; the marks that let readers know follow.
/// </summary>
internal sealed class EndTxnHandler(BrokerParts parts) : ApiHandler<EndTxnRequest, EndTxnResponse>
{
    private const short FirstThatFences = 2;
    private const short FirstWithEpochs = 5;

    /// <inheritdoc/>
    protected override async ValueTask<EndTxnResponse> HandleAsync(
        EndTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        TransactionAnswer answer = await parts.Transactions
            .EndAsync(
                request.TransactionalId,
                new ProducerIdentity(request.ProducerId, request.ProducerEpoch),
                request.Committed,
                request.Version >= FirstWithEpochs,
                cancellationToken)
            .ConfigureAwait(false);
        return new EndTxnResponse
        {
            ErrorCode = TransactionErrors.ForTransaction(answer.Error, request.Version >= FirstThatFences),
            ProducerId = answer.ProducerId,
            ProducerEpoch = answer.ProducerEpoch,
        };
    }
}
