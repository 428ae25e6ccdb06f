using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells what consumer groups look like.</summary>
internal sealed class ConsumerGroupDescribeHandler(BrokerParts parts)
    : ApiHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<ConsumerGroupDescribeResponse> HandleAsync(
        ConsumerGroupDescribeRequest request, RequestContext context, CancellationToken cancellationToken) => new(
        new ConsumerGroupDescribeResponse
        {
            Groups = [.. request.GroupIds.Select(parts.Groups.DescribeConsumerGroup)],
        });
}
