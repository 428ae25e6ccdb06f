using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Adds the partition that keeps a group's offsets to a transaction.</summary>
internal sealed class AddOffsetsToTxnHandler(BrokerParts parts)
    : ApiHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
{
    private const short FirstThatFences = 2;

    /// <inheritdoc/>
    protected override async ValueTask<AddOffsetsToTxnResponse> HandleAsync(
        AddOffsetsToTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // Who has no transaction creates no topic.
        ErrorCode error = ErrorCode.InvalidRequest;
        if (TransactionalIds.IsLegal(request.TransactionalId))
            error = await AddAsync(request, cancellationToken).ConfigureAwait(false);
        return new AddOffsetsToTxnResponse
        {
            ErrorCode = TransactionErrors.ForTransaction(error, request.Version >= FirstThatFences),
        };
    }

    private async ValueTask<ErrorCode> AddAsync(AddOffsetsToTxnRequest request, CancellationToken cancellationToken)
    {
        if (parts.Transactions.Find(request.TransactionalId, out ErrorCode error) is null)
            return error == ErrorCode.TransactionalIdNotFound ? ErrorCode.InvalidProducerIdMapping : error;

        (TopicPartition partition, error) =
            await parts.Groups.FindPartitionAsync(request.GroupId, cancellationToken).ConfigureAwait(false);
        if (error != ErrorCode.None)
            return error;

        return await parts.Transactions
            .AddAsync(
                request.TransactionalId,
                new ProducerIdentity(request.ProducerId, request.ProducerEpoch),
                [partition],
                cancellationToken)
            .ConfigureAwait(false);
    }
}
