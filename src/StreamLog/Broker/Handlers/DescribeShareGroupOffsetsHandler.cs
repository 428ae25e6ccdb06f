using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells how far share groups have come.</summary>
internal sealed class DescribeShareGroupOffsetsHandler(BrokerParts parts)
    : ApiHandler<DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DescribeShareGroupOffsetsResponse> HandleAsync(
        DescribeShareGroupOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        DescribeShareGroupOffsetsResponse response = new();
        foreach (DescribeShareGroupOffsetsRequest.DescribeGroup group in request.Groups)
        {
            DescribeShareGroupOffsetsResponse.DescribedGroup described = new()
            {
                GroupId = group.GroupId,
                ErrorCode = parts.ShareGroups.CheckExists(group.GroupId),
            };
            response.Groups.Add(described);
            if (described.ErrorCode != ErrorCode.None)
                continue;
            foreach (IGrouping<string, (string Topic, int Partition)> topic in
                PartitionsOf(group).GroupBy(partition => partition.Topic))
            {
                described.Topics.Add(await DescribeAsync(
                    group.GroupId, topic.Key, topic.Select(partition => partition.Partition)).ConfigureAwait(false));
            }
        }

        return response;
    }

    private IEnumerable<(string Topic, int Partition)> PartitionsOf(
        DescribeShareGroupOffsetsRequest.DescribeGroup group) => group.Topics is { } topics
        ? topics.SelectMany(topic => topic.Partitions, (topic, partition) => (topic.TopicName, partition))
        : parts.Shares.List()
            .Where(key => key.Group == group.GroupId)
            .Select(key => (parts.Metadata.Image.FindTopic(key.TopicId)?.Name, key.Partition))
            .Where(partition => partition.Name is not null)
            .Select(partition => (partition.Name!, partition.Partition))
            .Order();

    private async ValueTask<DescribeShareGroupOffsetsResponse.DescribedTopic> DescribeAsync(
        string group, string name, IEnumerable<int> partitions)
    {
        TopicImage? topic = parts.Metadata.Image.FindTopic(name);
        DescribeShareGroupOffsetsResponse.DescribedTopic described = new()
        {
            TopicName = name,
            TopicId = topic?.TopicId ?? Guid.Empty,
        };
        foreach (int partition in partitions)
        {
            DescribeShareGroupOffsetsResponse.DescribedPartition answer =
                new() { PartitionIndex = partition, StartOffset = -1 };
            described.Partitions.Add(answer);
            if (topic is null || partition < 0 || partition >= topic.Partitions.Length)
            {
                answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
                continue;
            }

            ((long Start, long Complete)? progress, answer.ErrorCode) = await parts.Shares
                .DescribeAsync(new SharePartitionKey(group, topic.TopicId, partition)).ConfigureAwait(false);
            if (progress is not { } known)
                continue;
            answer.StartOffset = known.Start;
            answer.LeaderEpoch = topic.Partitions[partition].LeaderEpoch;
            if (parts.Partitions.Current.Find(name)?.Find(partition) is { } log)
                answer.Lag = Math.Max(0, log.HighWatermark - known.Start - known.Complete);
        }

        return described;
    }
}
