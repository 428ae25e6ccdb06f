using System.Diagnostics.CodeAnalysis;
using StreamLog.Extensibility;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Listening;

/// <summary>Puts into responses where the clients of one listener reach the nodes: the engine does not know.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ListenerAddresses(ListenerRegistry registry, string listenerName)
{
    /// <summary>Completes a response. A node without such a listener is not named, as in Kafka.</summary>
    /// <param name="response">The response, of any API.</param>
    public void Complete(object response)
    {
        switch (response)
        {
            case MetadataResponse metadata:
                metadata.Brokers.RemoveAll(broker => !TryFind(broker.NodeId, out _));
                foreach (MetadataResponse.MetadataResponseBroker broker in metadata.Brokers)
                    (broker.Host, broker.Port) = Find(broker.NodeId);
                break;
            case DescribeClusterResponse cluster:
                cluster.Brokers.RemoveAll(broker => !TryFind(broker.BrokerId, out _));
                foreach (DescribeClusterResponse.DescribeClusterBroker broker in cluster.Brokers)
                    (broker.Host, broker.Port) = Find(broker.BrokerId);
                break;
            case FindCoordinatorResponse found:
                Complete(found);
                break;
            case ProduceResponse produced:
                foreach (ProduceResponse.NodeEndpoint node in produced.NodeEndpoints)
                    (node.Host, node.Port) = Find(node.NodeId);
                break;
            case FetchResponse fetched:
                foreach (FetchResponse.NodeEndpoint node in fetched.NodeEndpoints)
                    (node.Host, node.Port) = Find(node.NodeId);
                break;
            case ShareFetchResponse fetched:
                foreach (ShareFetchResponse.NodeEndpoint node in fetched.NodeEndpoints)
                    (node.Host, node.Port) = Find(node.NodeId);
                break;
            case ShareAcknowledgeResponse acknowledged:
                foreach (ShareAcknowledgeResponse.NodeEndpoint node in acknowledged.NodeEndpoints)
                    (node.Host, node.Port) = Find(node.NodeId);
                break;
        }
    }

    private void Complete(FindCoordinatorResponse found)
    {
        if (found.ErrorCode == ErrorCode.None && found.NodeId >= 0)
        {
            if (TryFind(found.NodeId, out ListenerEndpoint? endpoint))
            {
                (found.Host, found.Port) = (endpoint.Host, endpoint.Port);
            }
            else
            {
                found.ErrorCode = ErrorCode.CoordinatorNotAvailable;
                (found.NodeId, found.Host, found.Port) = (-1, "", -1);
            }
        }

        foreach (FindCoordinatorResponse.Coordinator coordinator in found.Coordinators)
        {
            if (coordinator.ErrorCode != ErrorCode.None)
                continue;
            if (TryFind(coordinator.NodeId, out ListenerEndpoint? endpoint))
            {
                (coordinator.Host, coordinator.Port) = (endpoint.Host, endpoint.Port);
            }
            else
            {
                coordinator.ErrorCode = ErrorCode.CoordinatorNotAvailable;
                (coordinator.NodeId, coordinator.Host, coordinator.Port) = (-1, "", -1);
            }
        }
    }

    private (string Host, int Port) Find(int nodeId) =>
        TryFind(nodeId, out ListenerEndpoint? endpoint) ? (endpoint.Host, endpoint.Port) : ("", -1);

    private bool TryFind(
        int nodeId, [NotNullWhen(true)] out ListenerEndpoint? endpoint) =>
        (endpoint = registry.Find(listenerName, nodeId)) is not null;
}
