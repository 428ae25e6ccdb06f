using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Writes the marks that end transactions. A node's own coordinator does so without a request; tools end
/// transactions by it that nobody else does.</summary>
internal sealed class WriteTxnMarkersHandler(BrokerParts parts)
    : ApiHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<WriteTxnMarkersResponse> HandleAsync(
        WriteTxnMarkersRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        WriteTxnMarkersResponse response = new();
        foreach (WriteTxnMarkersRequest.WritableTxnMarker marker in request.Markers)
        {
            WriteTxnMarkersResponse.WritableTxnMarkerResult result = new() { ProducerId = marker.ProducerId };
            response.Markers.Add(result);
            TransactionMark mark = new(
                marker.ProducerId, marker.ProducerEpoch, marker.TransactionResult, marker.CoordinatorEpoch);
            foreach (WriteTxnMarkersRequest.WritableTxnMarkerTopic topic in marker.Topics)
                result.Topics.Add(await WriteAsync(topic, mark, cancellationToken).ConfigureAwait(false));
        }

        return response;
    }

    private async ValueTask<WriteTxnMarkersResponse.WritableTxnMarkerTopicResult> WriteAsync(
        WriteTxnMarkersRequest.WritableTxnMarkerTopic topic,
        TransactionMark mark,
        CancellationToken cancellationToken)
    {
        ErrorCode[] errors = await Task
            .WhenAll(topic.PartitionIndexes.Select(
                partition => WriteAsync(new TopicPartition(topic.Name, partition), mark, cancellationToken)))
            .ConfigureAwait(false);
        return new WriteTxnMarkersResponse.WritableTxnMarkerTopicResult
        {
            Name = topic.Name,
            Partitions =
            [
                .. topic.PartitionIndexes.Select((partition, i) =>
                    new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult
                    {
                        PartitionIndex = partition,
                        ErrorCode = errors[i],
                    }),
            ],
        };
    }

    // No producer has records in the other internal topics.
    private Task<ErrorCode> WriteAsync(
        TopicPartition partition, TransactionMark mark, CancellationToken cancellationToken) =>
        (TopicNames.IsInternal(partition.Topic) && partition.Topic != TopicNames.ConsumerOffsets)
            || mark is { ProducerId: < 0 } or { ProducerEpoch: < 0 }
            ? Task.FromResult(ErrorCode.InvalidRequest)
            : parts.TransactionMarks.WriteAsync(partition, mark, cancellationToken);
}
