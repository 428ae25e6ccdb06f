using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>Something that runs as long as a node does: a listener, a dashboard.</summary>
/// <remarks>Thread-safe. It describes what to run, so one object may serve several nodes, and one node more than
/// once.</remarks>
[Experimental("STREAMLOG001")]
public interface INodeComponent
{
    /// <summary>Starts the component on a node that is ready for requests.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What runs. The node disposes it before anything else of it stops, and in the opposite order of the
    /// starts.</returns>
    /// <exception cref="StreamLogException">It cannot be started. The node then does not start either.</exception>
    ValueTask<IAsyncDisposable> StartAsync(INodeServices node, CancellationToken cancellationToken);
}
