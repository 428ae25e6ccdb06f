using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells the nodes of the cluster.</summary>
internal sealed class DescribeClusterHandler(BrokerParts parts)
    : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    /// <inheritdoc/>
    protected override ValueTask<DescribeClusterResponse> HandleAsync(
        DescribeClusterRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(request.EndpointType switch
        {
            Brokers => Describe(request.IncludeFencedBrokers),
            Controllers => Refuse(
                ErrorCode.MismatchedEndpointType,
                "This is an endpoint of brokers, and one of controllers is asked for."),
            _ => Refuse(
                ErrorCode.UnsupportedEndpointType,
                $"There is no kind of endpoint {request.EndpointType}. Use 1 for brokers."),
        });

    private static DescribeClusterResponse Refuse(ErrorCode error, string message) =>
        new() { ErrorCode = error, ErrorMessage = message };

    private DescribeClusterResponse Describe(bool withFenced)
    {
        DescribeClusterResponse response = new()
        {
            ClusterId = parts.Directory.ClusterId,
            ControllerId = parts.ControllerId,
        };
        foreach (BrokerImage broker in parts.Partitions.Current.Image.Brokers.Values
            .Where(broker => withFenced || !broker.IsFenced))
        {
            // A listener, where there is one, puts its own address in place of this one.
            response.Brokers.Add(new DescribeClusterResponse.DescribeClusterBroker
            {
                BrokerId = broker.NodeId,
                Host = "localhost",
                Rack = broker.Rack,
                IsFenced = broker.IsFenced,
            });
        }

        return response;
    }
}
