using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Protocol.Refusals;
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
    private const short FirstWithZstd = 7;

    // A mark of the transaction before may still be under way, once. What ends more often than that is told.
    private const int LooksMax = 5;

    private readonly DelayedProducePool _delayed = new(parts.WaitingRoom);
    private readonly ProducerTurns _turns = new();

    /// <inheritdoc/>
    protected override ValueTask<ProduceResponse> HandleAsync(
        ProduceRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        TopicTable topics = parts.Partitions.Current;
        if (request.TransactionalId is null)
        {
            return TransactionalAppends.HasAny(request)
                ? new ValueTask<ProduceResponse>(RefuseNameless(request))
                : Append(request, topics, transaction: null, cancellationToken);
        }

        TransactionalAppends transaction = new(parts.Transactions, request);
        transaction.Look(topics);
        if (!transaction.MustVerify && !_turns.IsBusy(transaction.Producer.Id))
            return Append(request, topics, transaction, cancellationToken);

        // From here on the request is read after the call has returned: out of a copy.
        return AppendVerifiedAsync(CopyOf(request), transaction.Producer.Id, cancellationToken);
    }

    // Nobody may write for a transactional id that it does not name, as in Kafka.
    private static ProduceResponse RefuseNameless(ProduceRequest request) => Refusal.CreateResponse(
        request,
        ErrorCode.TransactionalIdAuthorizationFailed,
        "A batch belongs to a transaction, and the request names none. Produce with the transactional id.");

    private static ProduceRequest CopyOf(ProduceRequest request) => new()
    {
        TransactionalId = request.TransactionalId,
        Acks = request.Acks,
        TimeoutMs = request.TimeoutMs,
        Version = request.Version,
        ResponseToFill = request.ResponseToFill,
        TopicData =
        [
            .. request.TopicData.Select(topic => new ProduceRequest.TopicProduceData
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                PartitionData =
                [
                    .. topic.PartitionData.Select(data => new ProduceRequest.PartitionProduceData
                    {
                        Index = data.Index,
                        Records = data.Records is null ? null : RecordBuffer.CopyOf(data.Records.Span),
                    }),
                ],
            }),
        ],
    };

    /// <summary>Appends once it is certain that the partitions are in the transaction: in the order in which the
    /// producer's requests came.</summary>
    private async ValueTask<ProduceResponse> AppendVerifiedAsync(
        ProduceRequest copy, long producerId, CancellationToken cancellationToken)
    {
        TaskCompletionSource place = _turns.Enter(producerId, out Task before);
        ValueTask<ProduceResponse> answer;
        try
        {
            using (copy)
            {
                await before.ConfigureAwait(false);
                TransactionalAppends transaction = new(parts.Transactions, copy);
                TopicTable topics = parts.Partitions.Current;
                for (int looks = 1; looks == 1 || (looks <= LooksMax && transaction.IsOutdated(topics)); looks++)
                {
                    transaction.Look(topics);
                    await transaction.VerifyAsync(cancellationToken).ConfigureAwait(false);
                }

                answer = Append(copy, topics, transaction, cancellationToken);
            }
        }
        finally
        {
            _turns.Leave(producerId, place);
        }

        return await answer.ConfigureAwait(false);
    }

    private ValueTask<ProduceResponse> Append(
        ProduceRequest request,
        TopicTable topics,
        TransactionalAppends? transaction,
        CancellationToken cancellationToken)
    {
        ProduceResponse response = ProduceAnswers.Begin(request);
        DelayedProduce? delayed = null;
        for (int i = 0; i < request.TopicData.Count; i++)
        {
            ProduceRequest.TopicProduceData topicData = request.TopicData[i];
            LocalTopic? topic = topics.Find(topicData.Name, topicData.TopicId, out ErrorCode error);
            for (int j = 0; j < topicData.PartitionData.Count; j++)
            {
                ProduceRequest.PartitionProduceData data = topicData.PartitionData[j];
                ProduceResponse.PartitionProduceResponse answer = response.Responses[i].PartitionResponses[j];
                if (FindFault(request, data, topic, error, answer) is not { } partition
                    || IsRefused(transaction, partition, data.Records!, answer, out long? verifiedAt))
                {
                    continue;
                }

                AppendResult result = partition.Append(data.Records!, AppendOrigin.Client, verifiedAt);
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

        if (data.Records is not { Length: > 0 } records)
            return Refuse(answer, ErrorCode.InvalidRecord, "There is no record batch. Send one for each partition.");
        if (records.Length > RecordBatchHeader.MagicAt
            && records.Span[RecordBatchHeader.MagicAt] < RecordBatchHeader.CurrentMagic)
        {
            return Refuse(answer, ErrorCode.InvalidRecord,
                "The records have a format older than that of Kafka 0.11, which is not taken. Use a newer client.");
        }

        if (records.Length < RecordBatchHeader.Size)
            return Refuse(answer, ErrorCode.CorruptMessage, "There is no record batch: it is shorter than a header.");
        if (request.Version < FirstWithZstd
            && new RecordBatchHeader(records.Span).Compression == CompressionType.Zstd)
        {
            return Refuse(answer, ErrorCode.UnsupportedCompressionType,
                $"Version {request.Version} of the request knows no zstd: version {FirstWithZstd} does.");
        }

        return partition;
    }

    private static bool IsRefused(
        TransactionalAppends? transaction,
        ReplicatedPartition partition,
        RecordBuffer records,
        ProduceResponse.PartitionProduceResponse answer,
        out long? verifiedAt)
    {
        verifiedAt = null;
        ErrorCode error = transaction?.Check(partition.TopicPartition, records, out verifiedAt) ?? ErrorCode.None;
        if (error != ErrorCode.None)
            Refuse(answer, error, $"{partition.TopicPartition} is not in an open transaction of this producer.");
        return error != ErrorCode.None;
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
