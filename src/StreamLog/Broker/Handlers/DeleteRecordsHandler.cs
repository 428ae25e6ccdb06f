using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Broker.Handlers;

/// <summary>Deletes the oldest records of partitions, up to an offset.</summary>
internal sealed class DeleteRecordsHandler(BrokerParts parts) : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long UpToHighWatermark = -1;

    /// <inheritdoc/>
    protected override ValueTask<DeleteRecordsResponse> HandleAsync(
        DeleteRecordsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        DeleteRecordsResponse response = new();
        TopicTable topics = parts.Partitions.Current;
        foreach (DeleteRecordsRequest.DeleteRecordsTopic asked in request.Topics)
        {
            LocalTopic? topic = topics.Find(asked.Name);
            DeleteRecordsResponse.DeleteRecordsTopicResult answers = new() { Name = asked.Name };
            response.Topics.Add(answers);
            foreach (DeleteRecordsRequest.DeleteRecordsPartition partition in asked.Partitions)
            {
                ErrorCode error = Delete(topic, partition, out long lowWatermark);
                answers.Partitions.Add(new DeleteRecordsResponse.DeleteRecordsPartitionResult
                {
                    PartitionIndex = partition.PartitionIndex,
                    LowWatermark = error == ErrorCode.None ? lowWatermark : -1,
                    ErrorCode = error,
                });
            }
        }

        return new ValueTask<DeleteRecordsResponse>(response);
    }

    private static ErrorCode Delete(
        LocalTopic? topic, DeleteRecordsRequest.DeleteRecordsPartition asked, out long lowWatermark)
    {
        lowWatermark = -1;
        if (topic?.Find(asked.PartitionIndex) is not { } partition)
            return topic?.ErrorOfMissing(asked.PartitionIndex) ?? ErrorCode.UnknownTopicOrPartition;
        if (topic.Image.IsInternal)
            return ErrorCode.InvalidTopic;
        if (LeaderEpochCheck.Check(partition, LeaderEpochCheck.Unknown) is not ErrorCode.None and ErrorCode error)
            return error;
        if (!topic.Settings.Log.IsDeletable)
            return ErrorCode.PolicyViolation;

        return Delete(partition, asked.Offset, out lowWatermark);
    }

    private static ErrorCode Delete(ReplicatedPartition partition, long offset, out long lowWatermark)
    {
        lowWatermark = -1;
        long highWatermark = partition.HighWatermark;
        long target = offset == UpToHighWatermark ? highWatermark : offset;
        if (target < 0 || target > highWatermark)
            return ErrorCode.OffsetOutOfRange;

        try
        {
            if (target > partition.Log.LogStartOffset)
                partition.Log.TrimTo(target);
        }
        catch (StreamLogException exception)
        {
            return exception.ErrorCode;
        }

        lowWatermark = partition.Log.LogStartOffset;
        return ErrorCode.None;
    }
}
