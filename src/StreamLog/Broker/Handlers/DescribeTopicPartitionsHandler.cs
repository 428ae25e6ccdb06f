using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells topics and their partitions, by name, a part of them at a time (KIP-966).</summary>
internal sealed class DescribeTopicPartitionsHandler(BrokerParts parts)
    : ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    // Kafka's max.request.partition.size.limit.
    private const int PartitionsMax = 2000;

    /// <inheritdoc/>
    protected override ValueTask<DescribeTopicPartitionsResponse> HandleAsync(
        DescribeTopicPartitionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        TopicTable local = parts.Partitions.Current;
        bool isAll = request.Topics.Count == 0;
        DescribeTopicPartitionsRequest.Cursor? start = request.StartCursor;
        if (start is not null && (start.PartitionIndex < 0
            || (!isAll && request.Topics.TrueForAll(topic => topic.Name != start.TopicName))))
        {
            return new ValueTask<DescribeTopicPartitionsResponse>(Refuse(request));
        }

        IEnumerable<string> names = isAll ? local.Image.Topics.Keys : request.Topics.Select(topic => topic.Name);
        DescribeTopicPartitionsResponse response = new();
        int left = Math.Clamp(request.ResponsePartitionLimit, 1, PartitionsMax);
        foreach (string name in names.Distinct().Order(StringComparer.Ordinal))
        {
            if (start is not null && string.CompareOrdinal(name, start.TopicName) < 0)
                continue;

            int from = start?.TopicName == name ? start.PartitionIndex : 0;
            if (left == 0)
                response.NextCursor = new() { TopicName = name, PartitionIndex = 0 };
            else if (local.Image.FindTopic(name) is not { } topic)
                Refuse(response, name, isAll);
            else
                left -= Describe(response, local, topic, from, left);
            if (response.NextCursor is not null)
                break;
        }

        return new ValueTask<DescribeTopicPartitionsResponse>(response);
    }

    private static DescribeTopicPartitionsResponse Refuse(DescribeTopicPartitionsRequest request) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic =>
                new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
                {
                    Name = topic.Name,
                    ErrorCode = ErrorCode.InvalidRequest,
                }),
        ],
    };

    private static void Refuse(DescribeTopicPartitionsResponse response, string name, bool isAll)
    {
        // A cursor may name a topic that was deleted meanwhile: who asks for all does not miss it.
        if (isAll)
            return;
        response.Topics.Add(new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
        {
            Name = name,
            IsInternal = TopicNames.IsInternal(name),
            ErrorCode = TopicNames.FindFault(name) is null
                ? ErrorCode.UnknownTopicOrPartition
                : ErrorCode.InvalidTopic,
        });
    }

    /// <summary>Describes partitions of a topic, and says where to go on if they were not all.</summary>
    /// <returns>How many were described.</returns>
    private int Describe(
        DescribeTopicPartitionsResponse response, TopicTable local, TopicImage topic, int from, int countMax)
    {
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic described = new()
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            IsInternal = topic.IsInternal,
        };
        response.Topics.Add(described);
        int to = (int)Math.Min(topic.Partitions.Length, (long)from + countMax);
        for (int i = from; i < to; i++)
            described.Partitions.Add(Describe(topic.Partitions[i], i, local.Find(topic.TopicId)));
        if (to < topic.Partitions.Length)
            response.NextCursor = new() { TopicName = topic.Name, PartitionIndex = to };
        return described.Partitions.Count;
    }

    private DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition Describe(
        PartitionImage partition, int number, LocalTopic? here) => new()
        {
            ErrorCode = partition.Leader == PartitionImage.NoLeader ? ErrorCode.LeaderNotAvailable : ErrorCode.None,
            PartitionIndex = number,
            LeaderId = partition.Leader,
            LeaderEpoch = partition.LeaderEpoch,
            ReplicaNodes = [.. partition.Replicas],
            IsrNodes = [.. partition.InSyncReplicas],
            EligibleLeaderReplicas = [],
            LastKnownElr = [],
            OfflineReplicas = here?.Find(number) is { Failure: not null }
                ? [parts.NodeId]
                : [.. partition.Replicas.Where(replica => !parts.Partitions.Current.Image.IsActive(replica))],
        };
}
