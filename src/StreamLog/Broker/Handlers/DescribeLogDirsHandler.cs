using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells how much of the data directory each partition takes.</summary>
internal sealed class DescribeLogDirsHandler(BrokerParts parts)
    : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    private const long NotKnown = -1;

    /// <inheritdoc/>
    protected override ValueTask<DescribeLogDirsResponse> HandleAsync(
        DescribeLogDirsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        long usable = parts.Environment.Files.AvailableBytes(parts.Directory.Path);
        DescribeLogDirsResponse.DescribeLogDirsResult directory = new()
        {
            LogDir = parts.Directory.Path,
            TotalBytes = parts.Environment.Files.TotalBytes(parts.Directory.Path),
            UsableBytes = usable == long.MaxValue ? NotKnown : usable,
        };
        foreach (LocalTopic topic in parts.Partitions.Current.Topics)
        {
            DescribeLogDirsResponse.DescribeLogDirsTopic described = new() { Name = topic.Name };
            foreach (ReplicatedPartition? partition in topic.Partitions)
            {
                if (partition is null || !IsAskedFor(request, partition.TopicPartition))
                    continue;

                described.Partitions.Add(new DescribeLogDirsResponse.DescribeLogDirsPartition
                {
                    PartitionIndex = partition.TopicPartition.Partition,
                    PartitionSize = partition.Log.SizeInBytes,
                    OffsetLag = Math.Max(0, partition.HighWatermark - partition.Log.LogEndOffset),
                });
            }

            if (described.Partitions.Count > 0)
                directory.Topics.Add(described);
        }

        return new ValueTask<DescribeLogDirsResponse>(new DescribeLogDirsResponse { Results = { directory } });
    }

    private static bool IsAskedFor(DescribeLogDirsRequest request, TopicPartition partition)
    {
        if (request.Topics is null)
            return true;

        foreach (DescribeLogDirsRequest.DescribableLogDirTopic topic in request.Topics)
        {
            if (topic.Topic == partition.Topic && topic.Partitions.Contains(partition.Partition))
                return true;
        }

        return false;
    }
}
