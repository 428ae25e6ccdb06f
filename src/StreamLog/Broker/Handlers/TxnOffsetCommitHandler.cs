using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Commits offsets of a group within a transaction.</summary>
internal sealed class TxnOffsetCommitHandler(BrokerParts parts)
    : ApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
{
    private const short FirstThatAborts = 4;
    private const short FirstThatJoins = 5;

    /// <inheritdoc/>
    protected override ValueTask<TxnOffsetCommitResponse> HandleAsync(
        TxnOffsetCommitRequest request, RequestContext context, CancellationToken cancellationToken) =>
        parts.Groups.CommitAsync(
            request, (partition, cancellation) => VerifyAsync(request, partition, cancellation), cancellationToken);

    private async ValueTask<ErrorCode> VerifyAsync(
        TxnOffsetCommitRequest request, TopicPartition partition, CancellationToken cancellationToken)
    {
        ProducerIdentity producer = new(request.ProducerId, request.ProducerEpoch);
        bool joins = request.Version >= FirstThatJoins;
        ErrorCode error = joins
            ? await parts.Transactions
                .AddAsync(request.TransactionalId, producer, [partition], cancellationToken)
                .ConfigureAwait(false)
            : await parts.Transactions
                .VerifyAsync(request.TransactionalId, producer, partition, cancellationToken)
                .ConfigureAwait(false);
        return TransactionErrors.ForWrite(
            error, joins, request.Version >= FirstThatAborts, ErrorCode.CoordinatorLoadInProgress);
    }
}
