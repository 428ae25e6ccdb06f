using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells how much of the data directory each partition takes.</summary>
internal sealed class DescribeLogDirsHandler(BrokerParts parts)
    : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeLogDirsResponse> HandleAsync(
        DescribeLogDirsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        DescribeLogDirsResponse.DescribeLogDirsResult directory = new()
        {
            LogDir = parts.Directory.Path,
            UsableBytes = parts.Environment.Files.AvailableBytes(parts.Directory.Path),
        };
        long used = 0;
        foreach (LocalTopic topic in parts.Partitions.Current.Topics)
        {
            DescribeLogDirsResponse.DescribeLogDirsTopic described = new() { Name = topic.Name };
            foreach (ReplicatedPartition? partition in topic.Partitions)
            {
                if (partition is null)
                    continue;

                used += partition.Log.SizeInBytes;
                if (!IsAskedFor(request, partition.TopicPartition))
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

        directory.TotalBytes =
            directory.UsableBytes > long.MaxValue - used ? long.MaxValue : directory.UsableBytes + used;
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
