using Microsoft.Extensions.Logging;
using StreamLog.Broker;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Storage;
using StreamLog.Storage.Files;

namespace StreamLog;

/// <summary>What a node is made of, put together and taken apart in order.</summary>
/// <remarks>Owned by one node. Start and stop are for one caller at a time; the parts are thread-safe.</remarks>
internal sealed class NodeParts : IAsyncDisposable
{
    private readonly NodeHost _host;
    private NodeEnvironment? _ownEnvironment;
    private LogDirectory? _directory;
    private LocalBroker? _broker;
    private NodeMaintenance? _maintenance;
    private NodeClients? _clients;

    /// <summary>Creates the parts, none of which exists yet.</summary>
    /// <param name="host">What surrounds the node.</param>
    public NodeParts(NodeHost host)
    {
        _host = host;
        Metrics = StreamLogMetrics.Create(host.Meters, host.NodeName);
    }

    public ILoggerFactory Loggers => _host.Loggers;

    public StreamLogMetrics Metrics { get; }

    public LogDirectory Directory => _directory!;

    public LocalBroker Broker => _broker!;

    public NodeMaintenance Maintenance => _maintenance!;

    public NodeClients Clients => _clients!;

    /// <summary>Starts one part on the other. After a failure, what was started must be stopped.</summary>
    public async ValueTask StartAsync(
        StreamLogOptions options, INodeEnvironment? environment, CancellationToken cancellationToken)
    {
        INodeEnvironment surroundings = Surround(options, environment);
        string path = Path.GetFullPath(options.DataDirectory, _host.ContentRoot ?? Environment.CurrentDirectory);
        LogDirectorySettings settings =
            new LogDirectorySettings { NodeId = options.NodeId, FlushInterval = options.FlushInterval }
                .With(options.Maintenance);

        _directory = LogDirectory.Open(surroundings, path, settings, Loggers, Metrics);
        _broker = await LocalBroker
            .StartAsync(surroundings, _directory, options, Loggers, Metrics, cancellationToken).ConfigureAwait(false);
        _maintenance = new NodeMaintenance(_directory);
        _clients = new NodeClients(_broker, surroundings, options, _host, Metrics);
    }

    /// <summary>Stops what is there, the last one first.</summary>
    /// <param name="timeout">How long clients may take to finish their work.</param>
    /// <param name="hurry">Ends that time at once.</param>
    /// <returns>Whether they finished.</returns>
    public async ValueTask<bool> StopAsync(TimeSpan timeout, CancellationToken hurry)
    {
        bool isOrderly = true;
        try
        {
            if (_clients is not null)
                isOrderly = await _clients.StopAsync(timeout, hurry).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                if (_broker is not null)
                    await _broker.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                if (_directory is not null)
                    await _directory.DisposeAsync().ConfigureAwait(false);
                if (_ownEnvironment is not null)
                    await _ownEnvironment.DisposeAsync().ConfigureAwait(false);
                Metrics.Dispose();
            }
        }

        return isOrderly;
    }

    /// <summary>Stops what is there without waiting for clients: after a start that failed they have nothing to
    /// do.</summary>
    /// <returns>A task that completes when all has stopped.</returns>
    public async ValueTask DisposeAsync() =>
        await StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);

    private INodeEnvironment Surround(StreamLogOptions options, INodeEnvironment? environment)
    {
        if (options.InMemory)
            return _ownEnvironment = new NodeEnvironment(new InMemoryFileSystem(options.MemoryLimit), environment);

        return environment ?? (_ownEnvironment = new NodeEnvironment(new PhysicalFileSystem()));
    }
}
