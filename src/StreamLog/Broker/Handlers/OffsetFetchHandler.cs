using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells what groups have committed. Who has committed nothing is told -1, and no error.</summary>
internal sealed class OffsetFetchHandler(BrokerParts parts) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const long NotCommitted = -1;
    private const short FirstWithGroups = 8;
    private const short FirstWithGroupError = 2;

    /// <inheritdoc/>
    protected override ValueTask<OffsetFetchResponse> HandleAsync(
        OffsetFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        OffsetFetchResponse response = new();

        // Older versions ask for one group at the top, newer ones for a list of them.
        if (request.Groups.Count == 0 && (request.Version < FirstWithGroups || request.GroupId.Length > 0))
            FillSingle(request, response);
        foreach (OffsetFetchRequest.OffsetFetchRequestGroup group in request.Groups)
            response.Groups.Add(Answer(group, request.RequireStable));

        return new ValueTask<OffsetFetchResponse>(response);
    }

    private void FillSingle(OffsetFetchRequest request, OffsetFetchResponse response)
    {
        List<TopicPartition>? asked = request.Topics is null
            ? null
            : [.. request.Topics.SelectMany(
                topic => topic.PartitionIndexes, (topic, index) => new TopicPartition(topic.Name, index))];
        List<(TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> found =
            Fetch(request.GroupId, asked, request.RequireStable, out ErrorCode error);
        response.ErrorCode = error;
        if (error != ErrorCode.None && request.Version < FirstWithGroupError)
        {
            // Where the group has no place for its error each partition tells it: else its reader would begin anew.
            found = [.. (asked ?? []).Select(partition => (partition, default(CommittedOffset?), error))];
        }

        foreach (IGrouping<string, (TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> topic
            in found.GroupBy(pair => pair.Partition.Topic, StringComparer.Ordinal))
        {
            OffsetFetchResponse.OffsetFetchResponseTopic answers = new() { Name = topic.Key };
            foreach ((TopicPartition partition, CommittedOffset? offset, ErrorCode partitionError) in topic)
            {
                answers.Partitions.Add(new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = partition.Partition,
                    CommittedOffset = offset?.Offset ?? NotCommitted,
                    CommittedLeaderEpoch = offset?.LeaderEpoch ?? -1,
                    Metadata = offset?.Metadata ?? "",
                    ErrorCode = partitionError,
                });
            }

            response.Topics.Add(answers);
        }
    }

    private List<(TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> Fetch(
        string group, IReadOnlyList<TopicPartition>? partitions, bool isStableOnly, out ErrorCode error) =>
    [
        .. parts.Groups.FetchStable(group, partitions, out error).Select(found => isStableOnly && found.IsUnstable
            ? (found.Partition, null, ErrorCode.UnstableOffsetCommit)
            : (found.Partition, found.Offset, ErrorCode.None)),
    ];

    private OffsetFetchResponse.OffsetFetchResponseGroup Answer(
        OffsetFetchRequest.OffsetFetchRequestGroup group, bool isStableOnly)
    {
        OffsetFetchResponse.OffsetFetchResponseGroup answer = new() { GroupId = group.GroupId };

        answer.ErrorCode = parts.Groups.CheckFetch(group.GroupId, group.MemberId, group.MemberEpoch);
        if (answer.ErrorCode != ErrorCode.None)
            return answer;

        if (group.Topics is null)
        {
            FillAll(group, isStableOnly, answer);
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
            Fill((group.GroupId, isStableOnly), name, topic.PartitionIndexes, answers, answer);
        }

        if (answer.ErrorCode != ErrorCode.None)
            answer.Topics.Clear();
        return answer;
    }

    private void Fill(
        (string Group, bool IsStableOnly) asked,
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

        List<(TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> found = Fetch(
            asked.Group,
            [.. partitions.Select(partition => new TopicPartition(topic, partition))],
            asked.IsStableOnly,
            out ErrorCode error);
        if (error != ErrorCode.None)
            answer.ErrorCode = error;
        foreach ((TopicPartition partition, CommittedOffset? offset, ErrorCode partitionError) in found)
            answers.Partitions.Add(Describe(partition.Partition, offset, partitionError));
    }

    private void FillAll(
        OffsetFetchRequest.OffsetFetchRequestGroup group,
        bool isStableOnly,
        OffsetFetchResponse.OffsetFetchResponseGroup answer)
    {
        List<(TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> found =
            Fetch(group.GroupId, partitions: null, isStableOnly, out ErrorCode error);
        answer.ErrorCode = error;
        ClusterImage image = parts.Metadata.Image;
        foreach (IGrouping<string, (TopicPartition Partition, CommittedOffset? Offset, ErrorCode Error)> topic
            in found.GroupBy(pair => pair.Partition.Topic, StringComparer.Ordinal))
        {
            answer.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                Name = topic.Key,
                TopicId = image.FindTopic(topic.Key)?.TopicId ?? Guid.Empty,
                Partitions = [.. topic.Select(pair => Describe(pair.Partition.Partition, pair.Offset, pair.Error))],
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
