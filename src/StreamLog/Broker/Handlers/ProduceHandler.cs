using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker.Handlers;

/// <summary>Appends record batches, and answers once they are as safe as the topic promises.</summary>
/// <remarks>
/// The append runs on the caller's thread before the call returns, so that calls begun in order are applied in order
/// and request memory is not read any more afterwards, unless it was handed over (<see cref="RecordBuffer.HandOver"/>).
/// </remarks>
internal sealed class ProduceHandler(BrokerParts parts) : ApiHandler<ProduceRequest, ProduceResponse>
{
    private const short AcksAll = -1;

    private readonly DelayedProducePool _delayed = new(parts.WaitingRoom);

    /// <inheritdoc/>
    protected override ValueTask<ProduceResponse> HandleAsync(
        ProduceRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ProduceResponse response = ProduceAnswers.Begin(request);
        DelayedProduce? delayed = null;
        TopicTable topics = parts.Partitions.Current;
        for (int i = 0; i < request.TopicData.Count; i++)
        {
            ProduceRequest.TopicProduceData topicData = request.TopicData[i];
            LocalTopic? topic = topics.Find(topicData.Name, topicData.TopicId, out ErrorCode error);
            for (int j = 0; j < topicData.PartitionData.Count; j++)
            {
                ProduceRequest.PartitionProduceData data = topicData.PartitionData[j];
                ProduceResponse.PartitionProduceResponse answer = response.Responses[i].PartitionResponses[j];
                if (FindFault(request, data, topic, error, answer) is not { } partition)
                    continue;

                AppendResult result = partition.Append(data.Records!, AppendOrigin.Client);
                Answer(answer, result, partition);
                if (!result.IsSuccess)
                    continue;

                delayed ??= _delayed.Rent();
                delayed.Add(partition, result.LastOffset + 1, answer);
            }
        }

        if (delayed is null)
            return new ValueTask<ProduceResponse>(response);
        if (request.Acks != 0)
        {
            TimeSpan timeout = TimeSpan.FromMilliseconds(Math.Max(0, request.TimeoutMs));
            return delayed.BeginAsync(response, timeout, cancellationToken);
        }

        // Nobody hears the answer, so nobody waits for what it would say.
        delayed.Announce();
        return new ValueTask<ProduceResponse>(response);
    }

    private static ReplicatedPartition? FindFault(
        ProduceRequest request,
        ProduceRequest.PartitionProduceData data,
        LocalTopic? topic,
        ErrorCode topicError,
        ProduceResponse.PartitionProduceResponse answer)
    {
        if (request.Acks is not (0 or 1 or AcksAll))
        {
            return Refuse(answer, ErrorCode.InvalidRequiredAcks,
                $"{request.Acks} acknowledgements cannot be asked for. Use -1 for all, 1 for the leader, or 0 for " +
                "none.");
        }

        if (topic is null)
            return Refuse(answer, topicError, "There is no such topic. Create it first.");
        if (topic.Image.IsInternal)
        {
            return Refuse(
                answer, ErrorCode.InvalidTopic, $"'{topic.Name}' holds the node's own state. Clients cannot append.");
        }

        if (topic.Find(data.Index) is not { } partition)
        {
            ErrorCode error = topic.ErrorOfMissing(data.Index);
            return Refuse(answer, error, error == ErrorCode.KafkaStorageError
                ? $"The partition {topic.Name}-{data.Index} could not be opened: the node's log tells why. Make room " +
                    "on the disk or mend it, and start the node again."
                : $"The topic '{topic.Name}' has {topic.Partitions.Length} partitions, and none of number " +
                    $"{data.Index}.");
        }

        if (data.Records is not { Length: >= RecordBatchHeader.Size } records)
        {
            return Refuse(
                answer, ErrorCode.CorruptMessage, "There is no record batch: it is null, or shorter than a header.");
        }

        if (request.TransactionalId is not null || new RecordBatchHeader(records.Span).IsTransactional)
        {
            return Refuse(answer, ErrorCode.InvalidTransactionState,
                "The batch belongs to a transaction, and this node has none. Produce without a transactional id.");
        }

        return partition;
    }

    private static ReplicatedPartition? Refuse(
        ProduceResponse.PartitionProduceResponse answer, ErrorCode code, string message)
    {
        answer.ErrorCode = code;
        answer.ErrorMessage = message;
        answer.BaseOffset = -1;
        return null;
    }

    private static void Answer(
        ProduceResponse.PartitionProduceResponse answer, in AppendResult result, ReplicatedPartition partition)
    {
        answer.ErrorCode = result.ErrorCode;
        answer.ErrorMessage = result.Message;
        answer.BaseOffset = result.IsSuccess ? result.BaseOffset : -1;
        answer.LogAppendTimeMs = result.IsSuccess ? result.AppendTimeMs : -1;
        answer.LogStartOffset = partition.Failure is null ? partition.Log.LogStartOffset : -1;
        foreach ((int index, string message) in result.RecordErrors)
        {
            answer.RecordErrors.Add(new ProduceResponse.BatchIndexAndErrorMessage
            {
                BatchIndex = index,
                BatchIndexErrorMessage = message,
            });
        }
    }
}
