using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>Says where nodes can be reached: a listener adds its real endpoint before it takes the first
/// connection.</summary>
/// <remarks>Thread-safe. A node has one of its own; several nodes of one process that name one another to their clients
/// share one.</remarks>
[Experimental("STREAMLOG001")]
public sealed class ListenerRegistry
{
    private ImmutableArray<ListenerEndpoint> _endpoints = [];

    /// <summary>Gets the endpoints, in the order in which they were added.</summary>
    public IReadOnlyList<ListenerEndpoint> Endpoints => _endpoints;

    /// <summary>Adds an endpoint, in place of one with the same listener's name and node id.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <exception cref="ArgumentNullException"><paramref name="endpoint"/> is <see langword="null"/>.</exception>
    public void Add(ListenerEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ImmutableInterlocked.Update(
            ref _endpoints,
            static (endpoints, added) => endpoints
                .RemoveAll(known => known.ListenerName == added.ListenerName && known.NodeId == added.NodeId)
                .Add(added),
            endpoint);
    }

    /// <summary>Removes an endpoint, where it is there.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public void Remove(ListenerEndpoint endpoint) =>
        ImmutableInterlocked.Update(
            ref _endpoints, static (endpoints, removed) => endpoints.Remove(removed), endpoint);

    /// <summary>Finds where a node can be reached.</summary>
    /// <param name="listenerName">The name of the listener, which is the same on all nodes.</param>
    /// <param name="nodeId">The node's id.</param>
    /// <returns>The endpoint, or <see langword="null"/> where the node has no listener of that name.</returns>
    public ListenerEndpoint? Find(string listenerName, int nodeId)
    {
        foreach (ListenerEndpoint endpoint in _endpoints)
        {
            if (endpoint.NodeId == nodeId && endpoint.ListenerName == listenerName)
                return endpoint;
        }

        return null;
    }
}
