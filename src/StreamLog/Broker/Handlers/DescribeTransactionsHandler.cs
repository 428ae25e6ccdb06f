using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells the state of transactional ids.</summary>
internal sealed class DescribeTransactionsHandler(BrokerParts parts)
    : ApiHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeTransactionsResponse> HandleAsync(
        DescribeTransactionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeTransactionsResponse
        {
            TransactionStates = [.. request.TransactionalIds.Select(Describe)],
        });

    private DescribeTransactionsResponse.TransactionState Describe(string transactionalId)
    {
        if (parts.Transactions.Find(transactionalId, out ErrorCode error) is not { } state)
        {
            return new DescribeTransactionsResponse.TransactionState
            {
                TransactionalId = transactionalId,
                ErrorCode = error,
            };
        }

        return new DescribeTransactionsResponse.TransactionState
        {
            TransactionalId = transactionalId,
            State = state.Status.ToString(),
            TransactionTimeoutMs = state.TimeoutMs,
            TransactionStartTimeMs = state.StartMs,
            ProducerId = state.ProducerId,
            ProducerEpoch = state.ProducerEpoch,
            Topics =
            [
                .. state.Partitions
                    .GroupBy(partition => partition.Topic, StringComparer.Ordinal)
                    .OrderBy(topic => topic.Key, StringComparer.Ordinal)
                    .Select(topic => new DescribeTransactionsResponse.TopicData
                    {
                        Topic = topic.Key,
                        Partitions = [.. topic.Select(partition => partition.Partition).Order()],
                    }),
            ],
        };
    }
}
