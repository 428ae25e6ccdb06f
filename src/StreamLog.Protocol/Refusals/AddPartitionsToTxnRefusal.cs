using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

using Topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
using TopicResult = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
using Transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
using TransactionResult = AddPartitionsToTxnResponse.AddPartitionsToTxnResult;

/// <summary>Refuses to add partitions to transactions: for each partition, and at the top where it is about all of
/// them.</summary>
internal sealed class AddPartitionsToTxnRefusal()
    : PartedRefusal<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
        request => request.Transactions.Count == 0
            ? RequestTarget.OfTransactionalId(request.V3AndBelowTransactionalId)
            : null)
{
    /// <inheritdoc/>
    protected override AddPartitionsToTxnResponse CreateWhole(
        AddPartitionsToTxnRequest request, ErrorCode error, string? message)
    {
        AddPartitionsToTxnResponse response = Refuse(request, error, message);
        if (request.Transactions.Count > 0)
            response.ErrorCode = error;
        return response;
    }

    /// <inheritdoc/>
    protected override AddPartitionsToTxnResponse Refuse(
        AddPartitionsToTxnRequest request, ErrorCode error, string? message) => new()
        {
            ResultsByTransaction = request.Transactions.ConvertAll(transaction => new TransactionResult
            {
                TransactionalId = transaction.TransactionalId,
                TopicResults = Refuse(transaction.Topics, error),
            }),
            ResultsByTopicV3AndBelow = Refuse(request.V3AndBelowTopics, error),
        };

    /// <inheritdoc/>
    protected override AddPartitionsToTxnRequest? Part(AddPartitionsToTxnRequest request, Cut cut) =>
        request.Transactions.Count == 0
            ? cut.Parts(
                request,
                request.V3AndBelowTopics,
                (copy, topics) => copy.V3AndBelowTopics = topics,
                topic => Part(topic, cut))
            : cut.Parts(
                request,
                request.Transactions,
                (copy, transactions) => copy.Transactions = transactions,
                transaction => Part(transaction, cut));

    /// <inheritdoc/>
    public override void Merge(AddPartitionsToTxnResponse into, AddPartitionsToTxnResponse refused)
    {
        Merge(into.ResultsByTopicV3AndBelow, refused.ResultsByTopicV3AndBelow);
        Join(
            into.ResultsByTransaction,
            refused.ResultsByTransaction,
            transaction => transaction.TransactionalId,
            (transaction, more) => Merge(transaction.TopicResults, more.TopicResults));
    }

    private static void Merge(List<TopicResult> into, List<TopicResult> refused) => Join(
        into,
        refused,
        topic => topic.Name,
        (topic, more) => topic.ResultsByPartition.AddRange(more.ResultsByPartition));

    private static List<TopicResult> Refuse(List<Topic> topics, ErrorCode error) =>
        topics.ConvertAll(topic => new TopicResult
        {
            Name = topic.Name,
            ResultsByPartition = topic.Partitions.ConvertAll(
                partition => new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                {
                    PartitionIndex = partition,
                    PartitionErrorCode = error,
                }),
        });

    private static Transaction? Part(Transaction transaction, Cut cut) => cut.Under(
        transaction,
        RequestTarget.OfTransactionalId(transaction.TransactionalId),
        whole: _ => { },
        () => cut.Parts(
            transaction,
            transaction.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => Part(topic, cut)));

    private static Topic? Part(Topic topic, Cut cut) => cut.Leaves(
        topic,
        topic.Partitions,
        (copy, partitions) => copy.Partitions = partitions,
        partition => RequestTarget.OfPartition(topic.Name, default, partition));
}
