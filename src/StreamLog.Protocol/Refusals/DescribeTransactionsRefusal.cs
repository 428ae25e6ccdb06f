using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe transactions: for each transactional id.</summary>
internal sealed class DescribeTransactionsRefusal()
    : PartedRefusal<DescribeTransactionsRequest, DescribeTransactionsResponse>()
{
    /// <inheritdoc/>
    protected override DescribeTransactionsResponse Refuse(
        DescribeTransactionsRequest request, ErrorCode error, string? message) => new()
        {
            TransactionStates = request.TransactionalIds.ConvertAll(
                id => new DescribeTransactionsResponse.TransactionState
                {
                    ErrorCode = error,
                    TransactionalId = id,
                }),
        };

    /// <inheritdoc/>
    protected override DescribeTransactionsRequest? Part(DescribeTransactionsRequest request, Cut cut) => cut.Leaves(
        request,
        request.TransactionalIds,
        (copy, ids) => copy.TransactionalIds = ids,
        id => RequestTarget.OfTransactionalId(id));

    /// <inheritdoc/>
    public override void Merge(DescribeTransactionsResponse into, DescribeTransactionsResponse refused) =>
        into.TransactionStates.AddRange(refused.TransactionStates);
}
