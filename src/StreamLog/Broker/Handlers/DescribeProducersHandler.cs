using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Storage;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells what partitions remember of their producers.</summary>
internal sealed class DescribeProducersHandler(BrokerParts parts)
    : ApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeProducersResponse> HandleAsync(
        DescribeProducersRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        TopicTable topics = parts.Partitions.Current;
        return new ValueTask<DescribeProducersResponse>(new DescribeProducersResponse
        {
            Topics =
            [
                .. request.Topics.Select(topic => new DescribeProducersResponse.TopicResponse
                {
                    Name = topic.Name,
                    Partitions = [.. topic.PartitionIndexes.Select(index => Describe(topics.Find(topic.Name), index))],
                }),
            ],
        });
    }

    private static DescribeProducersResponse.PartitionResponse Describe(LocalTopic? topic, int index)
    {
        if (topic?.Find(index) is not { } partition)
        {
            ErrorCode error = topic?.ErrorOfMissing(index) ?? ErrorCode.UnknownTopicOrPartition;
            return new DescribeProducersResponse.PartitionResponse { PartitionIndex = index, ErrorCode = error };
        }

        try
        {
            return new DescribeProducersResponse.PartitionResponse
            {
                PartitionIndex = index,
                ActiveProducers = [.. partition.Log.DescribeProducers().Select(Describe)],
            };
        }
        catch (StreamLogException exception)
        {
            return new DescribeProducersResponse.PartitionResponse
            {
                PartitionIndex = index,
                ErrorCode = exception.ErrorCode,
                ErrorMessage = exception.Message,
            };
        }
    }

    private static DescribeProducersResponse.ProducerState Describe(ProducerView producer) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.Epoch,
        LastSequence = producer.LastSequence,
        LastTimestamp = producer.LastTimestamp,
        CoordinatorEpoch = producer.CoordinatorEpoch,
        CurrentTxnStartOffset = producer.TransactionFirstOffset,
    };
}
