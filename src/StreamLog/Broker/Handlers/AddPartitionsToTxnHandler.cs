using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Adds partitions to transactions, or tells whether they are in them.</summary>
internal sealed class AddPartitionsToTxnHandler(BrokerParts parts)
    : ApiHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
{
    private const short FirstThatFences = 2;
    private const short FirstOfNodes = 4;

    /// <inheritdoc/>
    protected override async ValueTask<AddPartitionsToTxnResponse> HandleAsync(
        AddPartitionsToTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        AddPartitionsToTxnResponse response = new();

        // Older versions name one transaction at the top, newer ones a list of them.
        if (request.Transactions.Count == 0)
        {
            AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction single = new()
            {
                TransactionalId = request.V3AndBelowTransactionalId,
                ProducerId = request.V3AndBelowProducerId,
                ProducerEpoch = request.V3AndBelowProducerEpoch,
                Topics = request.V3AndBelowTopics,
            };
            response.ResultsByTopicV3AndBelow =
                await AnswerAsync(single, request.Version, cancellationToken).ConfigureAwait(false);
        }

        foreach (AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction transaction in request.Transactions)
        {
            response.ResultsByTransaction.Add(new AddPartitionsToTxnResponse.AddPartitionsToTxnResult
            {
                TransactionalId = transaction.TransactionalId,
                TopicResults = await AnswerAsync(transaction, FirstOfNodes, cancellationToken).ConfigureAwait(false),
            });
        }

        return response;
    }

    private async ValueTask<List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult>> AnswerAsync(
        AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction asked,
        short version,
        CancellationToken cancellationToken)
    {
        ProducerIdentity producer = new(asked.ProducerId, asked.ProducerEpoch);
        TopicPartition[] partitions =
        [
            .. asked.Topics.SelectMany(
                topic => topic.Partitions, (topic, partition) => new TopicPartition(topic.Name, partition)),
        ];
        Dictionary<TopicPartition, ErrorCode> errors = [];
        foreach (TopicPartition partition in partitions)
            errors[partition] = Check(partition, version);
        bool isAnyWrong = errors.Values.Any(error => error != ErrorCode.None);
        if (asked.VerifyOnly && !isAnyWrong)
        {
            foreach (TopicPartition partition in errors.Keys.ToArray())
            {
                errors[partition] = await parts.Transactions
                    .VerifyAsync(asked.TransactionalId, producer, partition, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        else
        {
            // All of them or none.
            ErrorCode outcome = isAnyWrong
                ? ErrorCode.OperationNotAttempted
                : await parts.Transactions
                    .AddAsync(asked.TransactionalId, producer, partitions, cancellationToken)
                    .ConfigureAwait(false);
            foreach (TopicPartition partition in errors.Keys.Where(key => errors[key] == ErrorCode.None).ToArray())
                errors[partition] = outcome;
        }

        return
        [
            .. asked.Topics.Select(topic => new AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
            {
                Name = topic.Name,
                ResultsByPartition =
                [
                    .. topic.Partitions.Select(partition =>
                        new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                        {
                            PartitionIndex = partition,
                            PartitionErrorCode = TransactionErrors.ForTransaction(
                                errors[new TopicPartition(topic.Name, partition)], version >= FirstThatFences),
                        }),
                ],
            }),
        ];
    }

    private ErrorCode Check(TopicPartition partition, short version)
    {
        // Offsets join by their own request, and nobody else's records are in the internal topics: clients are told
        // as if it were not permitted.
        if (TopicNames.IsInternal(partition.Topic))
            return version < FirstOfNodes ? ErrorCode.TopicAuthorizationFailed : ErrorCode.InvalidTopic;

        int count = parts.Metadata.Image.FindTopic(partition.Topic)?.Partitions.Length ?? 0;
        return (uint)partition.Partition < (uint)count ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition;
    }
}
