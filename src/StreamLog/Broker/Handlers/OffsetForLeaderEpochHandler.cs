using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells where leader epochs ended, so that a reader finds out whether what it has read is still in the
/// log.</summary>
internal sealed class OffsetForLeaderEpochHandler(BrokerParts parts)
    : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<OffsetForLeaderEpochResponse> HandleAsync(
        OffsetForLeaderEpochRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        OffsetForLeaderEpochResponse response = new();
        TopicTable topics = parts.Partitions.Current;
        foreach (OffsetForLeaderEpochRequest.OffsetForLeaderTopic asked in request.Topics)
        {
            LocalTopic? topic = topics.Find(asked.Topic);
            OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult answers = new() { Topic = asked.Topic };
            response.Topics.Add(answers);
            foreach (OffsetForLeaderEpochRequest.OffsetForLeaderPartition partition in asked.Partitions)
                answers.Partitions.Add(Answer(partition, topic?.Find(partition.Partition)));
        }

        return new ValueTask<OffsetForLeaderEpochResponse>(response);
    }

    private static OffsetForLeaderEpochResponse.EpochEndOffset Answer(
        OffsetForLeaderEpochRequest.OffsetForLeaderPartition asked, ReplicatedPartition? partition)
    {
        OffsetForLeaderEpochResponse.EpochEndOffset answer = new() { Partition = asked.Partition };
        answer.ErrorCode = partition is null
            ? ErrorCode.UnknownTopicOrPartition
            : LeaderEpochCheck.Check(partition, asked.CurrentLeaderEpoch);
        if (answer.ErrorCode != ErrorCode.None)
            return answer;

        try
        {
            (answer.LeaderEpoch, answer.EndOffset) = partition!.Log.EndOffsetForEpoch(asked.LeaderEpoch);
        }
        catch (StreamLogException exception)
        {
            answer.ErrorCode = exception.ErrorCode;
        }

        return answer;
    }
}
