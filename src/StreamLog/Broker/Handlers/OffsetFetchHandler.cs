using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells what groups have committed. Who has committed nothing is told -1, and no error.</summary>
internal sealed class OffsetFetchHandler(BrokerParts parts) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const long NotCommitted = -1;

    /// <inheritdoc/>
    protected override ValueTask<OffsetFetchResponse> HandleAsync(
        OffsetFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        OffsetFetchResponse response = new();

        // Older versions ask for one group at the top, newer ones for a list of them.
        if (request.Groups.Count == 0)
            FillSingle(request, response);
        foreach (OffsetFetchRequest.OffsetFetchRequestGroup group in request.Groups)
            response.Groups.Add(Answer(group));

        return new ValueTask<OffsetFetchResponse>(response);
    }

    private void FillSingle(OffsetFetchRequest request, OffsetFetchResponse response)
    {
        List<TopicPartition>? asked = request.Topics is null
            ? null
            : [.. request.Topics.SelectMany(
                topic => topic.PartitionIndexes, (topic, index) => new TopicPartition(topic.Name, index))];
        IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset)> found =
            parts.Groups.Fetch(request.GroupId, asked, out ErrorCode error);
        response.ErrorCode = error;
        foreach (IGrouping<string, (TopicPartition Partition, CommittedOffset? Offset)> topic
            in found.GroupBy(pair => pair.Partition.Topic, StringComparer.Ordinal))
        {
            OffsetFetchResponse.OffsetFetchResponseTopic answers = new() { Name = topic.Key };
            foreach ((TopicPartition partition, CommittedOffset? offset) in topic)
            {
                answers.Partitions.Add(new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = partition.Partition,
                    CommittedOffset = offset?.Offset ?? NotCommitted,
                    CommittedLeaderEpoch = offset?.LeaderEpoch ?? -1,
                    Metadata = offset?.Metadata ?? "",
                });
            }

            response.Topics.Add(answers);
        }
    }

    private OffsetFetchResponse.OffsetFetchResponseGroup Answer(OffsetFetchRequest.OffsetFetchRequestGroup group)
    {
        OffsetFetchResponse.OffsetFetchResponseGroup answer = new() { GroupId = group.GroupId };

        answer.ErrorCode = parts.Groups.CheckFetch(group.GroupId, group.MemberId, group.MemberEpoch);
        if (answer.ErrorCode != ErrorCode.None)
            return answer;

        if (group.Topics is null)
        {
            FillAll(group, answer);
            return answer;
        }

        foreach (OffsetFetchRequest.OffsetFetchRequestTopics topic in group.Topics)
        {
            OffsetFetchResponse.OffsetFetchResponseTopics answers =
                new() { Name = topic.Name, TopicId = topic.TopicId };
            answer.Topics.Add(answers);
            string? name = topic.TopicId == Guid.Empty
                ? topic.Name
                : parts.Metadata.Image.FindTopic(topic.TopicId)?.Name;
            Fill(group.GroupId, name, topic.PartitionIndexes, answers, answer);
        }

        if (answer.ErrorCode != ErrorCode.None)
            answer.Topics.Clear();
        return answer;
    }

    private void Fill(
        string group,
        string? topic,
        List<int> partitions,
        OffsetFetchResponse.OffsetFetchResponseTopics answers,
        OffsetFetchResponse.OffsetFetchResponseGroup answer)
    {
        if (topic is null)
        {
            foreach (int partition in partitions)
                answers.Partitions.Add(Describe(partition, offset: null, ErrorCode.UnknownTopicId));
            return;
        }

        IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset)> found = parts.Groups.Fetch(
            group, [.. partitions.Select(partition => new TopicPartition(topic, partition))], out ErrorCode error);
        if (error != ErrorCode.None)
            answer.ErrorCode = error;
        foreach ((TopicPartition partition, CommittedOffset? offset) in found)
            answers.Partitions.Add(Describe(partition.Partition, offset, ErrorCode.None));
    }

    private void FillAll(
        OffsetFetchRequest.OffsetFetchRequestGroup group, OffsetFetchResponse.OffsetFetchResponseGroup answer)
    {
        IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset)> found =
            parts.Groups.Fetch(group.GroupId, partitions: null, out ErrorCode error);
        answer.ErrorCode = error;
        ClusterImage image = parts.Metadata.Image;
        foreach (IGrouping<string, (TopicPartition Partition, CommittedOffset? Offset)> topic
            in found.GroupBy(pair => pair.Partition.Topic, StringComparer.Ordinal))
        {
            answer.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                Name = topic.Key,
                TopicId = image.FindTopic(topic.Key)?.TopicId ?? Guid.Empty,
                Partitions = [.. topic.Select(pair => Describe(pair.Partition.Partition, pair.Offset, ErrorCode.None))],
            });
        }
    }

    private static OffsetFetchResponse.OffsetFetchResponsePartitions Describe(
        int partition, CommittedOffset? offset, ErrorCode error) => new()
        {
            PartitionIndex = partition,
            CommittedOffset = offset?.Offset ?? NotCommitted,
            CommittedLeaderEpoch = offset?.LeaderEpoch ?? -1,
            Metadata = offset?.Metadata ?? "",
            ErrorCode = error,
        };
}
