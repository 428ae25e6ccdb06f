using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells the state of the quorum that keeps the metadata log: one voter, which leads it.</summary>
internal sealed class DescribeQuorumHandler(BrokerParts parts)
    : ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeQuorumResponse> HandleAsync(
        DescribeQuorumRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        bool isKnown = request.Topics is
            [{ TopicName: TopicNames.ClusterMetadata, Partitions: [{ PartitionIndex: 0 }] }];
        DescribeQuorumResponse response = new() { ErrorMessage = null };
        if (isKnown)
            response.Nodes.Add(new DescribeQuorumResponse.Node { NodeId = parts.NodeId });
        foreach (DescribeQuorumRequest.TopicData topic in request.Topics)
        {
            response.Topics.Add(new DescribeQuorumResponse.TopicData
            {
                TopicName = topic.TopicName,
                Partitions = [.. topic.Partitions.Select(partition => isKnown ? Describe() : Refuse(partition))],
            });
        }

        return new ValueTask<DescribeQuorumResponse>(response);
    }

    private static DescribeQuorumResponse.PartitionData Refuse(DescribeQuorumRequest.PartitionData asked) => new()
    {
        PartitionIndex = asked.PartitionIndex,
        ErrorCode = ErrorCode.UnknownTopicOrPartition,
        ErrorMessage = $"Only partition 0 of {TopicNames.ClusterMetadata} has a quorum.",
    };

    private DescribeQuorumResponse.PartitionData Describe()
    {
        long end = parts.Metadata.Image.EndOffset;
        long nowMs = parts.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new DescribeQuorumResponse.PartitionData
        {
            ErrorMessage = null,
            LeaderId = parts.NodeId,
            LeaderEpoch = parts.Metadata.ControllerEpoch,
            HighWatermark = end,
            CurrentVoters =
            [
                new DescribeQuorumResponse.ReplicaState
                {
                    ReplicaId = parts.NodeId,
                    ReplicaDirectoryId = parts.Directory.DirectoryId,
                    LogEndOffset = end,
                    LastFetchTimestamp = nowMs,
                    LastCaughtUpTimestamp = nowMs,
                },
            ],
        };
    }
}
