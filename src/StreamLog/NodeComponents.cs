using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog;

/// <summary>Starts and stops what runs beside a node, and gives it what the node offers.</summary>
/// <remarks>Owned by the node's parts. Start and stop are for one caller at a time; the rest is thread-safe.</remarks>
internal sealed class NodeComponents : INodeServices, IAsyncDisposable
{
    private readonly IBroker _broker;
    private readonly IConnectionQuota _connections;
    private readonly ILoggerFactory _loggers;
    private readonly Stack<IAsyncDisposable> _running = [];
    private IStreamLog? _node;

    /// <summary>Creates what starts components; none runs yet.</summary>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="broker">The engine.</param>
    /// <param name="connections">Who decides on connections of clients.</param>
    /// <param name="environment">The node's clock, files and randomness.</param>
    /// <param name="loggers">Where the node logs.</param>
    public NodeComponents(
        int nodeId,
        IBroker broker,
        IConnectionQuota connections,
        INodeEnvironment environment,
        ILoggerFactory loggers)
    {
        NodeId = nodeId;
        Environment = environment;
        _broker = broker;
        _connections = connections;
        _loggers = loggers;
    }

    /// <inheritdoc/>
    public int NodeId { get; }

    /// <inheritdoc/>
    public INodeEnvironment Environment { get; }

    /// <inheritdoc/>
    public ListenerRegistry Listeners { get; } = new();

    /// <summary>Starts components, one after the other. After a failure, those that run must be stopped.</summary>
    /// <param name="components">The components.</param>
    /// <param name="node">The node, ready for requests.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when all run.</returns>
    public async ValueTask StartAsync(
        IEnumerable<INodeComponent> components, IStreamLog node, CancellationToken cancellationToken)
    {
        _node = node;
        foreach (INodeComponent component in components)
            _running.Push(await component.StartAsync(this, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType)
    {
        if (serviceType == typeof(IBroker))
            return _broker;
        if (serviceType == typeof(IConnectionQuota))
            return _connections;
        if (serviceType == typeof(IStreamLog))
            return _node;
        return serviceType == typeof(ILoggerFactory) ? _loggers : null;
    }

    /// <summary>Stops what runs, the last one first. One that fails to stop does not keep the others.</summary>
    /// <returns>A task that completes when all have stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        List<Exception>? failures = null;
        while (_running.TryPop(out IAsyncDisposable? running))
        {
            try
            {
                await running.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null)
            throw new AggregateException("What runs beside the node did not stop in order.", failures);
    }
}
