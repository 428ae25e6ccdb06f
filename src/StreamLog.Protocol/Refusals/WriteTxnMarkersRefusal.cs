using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to write the marks that end transactions: for each partition.</summary>
internal sealed class WriteTxnMarkersRefusal() : PartedRefusal<WriteTxnMarkersRequest, WriteTxnMarkersResponse>()
{
    /// <inheritdoc/>
    protected override WriteTxnMarkersResponse Refuse(
        WriteTxnMarkersRequest request, ErrorCode error, string? message) => new()
        {
            Markers = request.Markers.ConvertAll(marker => new WriteTxnMarkersResponse.WritableTxnMarkerResult
            {
                ProducerId = marker.ProducerId,
                Topics = marker.Topics.ConvertAll(
                    topic => new WriteTxnMarkersResponse.WritableTxnMarkerTopicResult
                    {
                        Name = topic.Name,
                        Partitions = topic.PartitionIndexes.ConvertAll(
                            partition => new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult
                            {
                                PartitionIndex = partition,
                                ErrorCode = error,
                            }),
                    }),
            }),
        };

    /// <inheritdoc/>
    protected override WriteTxnMarkersRequest? Part(WriteTxnMarkersRequest request, Cut cut) => cut.Parts(
        request,
        request.Markers,
        (copy, markers) => copy.Markers = markers,
        marker => cut.Parts(
            marker,
            marker.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => cut.Leaves(
                topic,
                topic.PartitionIndexes,
                (copy, partitions) => copy.PartitionIndexes = partitions,
                partition => RequestTarget.OfPartition(topic.Name, default, partition))));

    /// <inheritdoc/>
    public override void Merge(WriteTxnMarkersResponse into, WriteTxnMarkersResponse refused) => Join(
        into.Markers,
        refused.Markers,
        marker => marker.ProducerId,
        (marker, more) => Join(
            marker.Topics,
            more.Topics,
            topic => topic.Name,
            (topic, others) => topic.Partitions.AddRange(others.Partitions)));
}
