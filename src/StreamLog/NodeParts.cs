using Microsoft.Extensions.Logging;
using StreamLog.Authorization;
using StreamLog.Broker;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Quotas;
using StreamLog.Storage;
using StreamLog.Storage.Files;

namespace StreamLog;

/// <summary>What a node is made of, put together and taken apart in order.</summary>
/// <remarks>Owned by one node. Start and stop are for one caller at a time; the parts are thread-safe.</remarks>
internal sealed partial class NodeParts : IAsyncDisposable
{
    // What is left for files to be brought to the disk, whatever clients and requests have taken.
    private static readonly TimeSpan DirectoryTimeoutMin = TimeSpan.FromSeconds(5);

    private readonly NodeHost _host;
    private NodeEnvironment? _ownEnvironment;
    private TimeProvider _time = TimeProvider.System;
    private Func<int, int>? _nextRandom;
    private LogDirectory? _directory;
    private LocalBroker? _broker;
    private IBroker? _door;
    private Func<IBroker, IBroker>? _guard;
    private NodeMaintenance? _maintenance;
    private LogClients? _clients;
    private NodeComponents? _components;

    /// <summary>Creates the parts, none of which exists yet.</summary>
    /// <param name="host">What surrounds the node.</param>
    public NodeParts(NodeHost host)
    {
        _host = host;
        Metrics = StreamLogMetrics.Create(host.Meters, host.NodeName);
        Tracing = new StreamLogTracing(host.NodeName);
    }

    public ILoggerFactory Loggers => _host.Loggers;

    public StreamLogMetrics Metrics { get; }

    public StreamLogTracing Tracing { get; }

    public LogDirectory Directory => _directory!;

    public LocalBroker Broker => _broker!;

    /// <summary>Gets the engine as callers from outside reach it: they may do there what they are permitted.</summary>
    public IBroker Door => _door!;

    /// <summary>Returns one of several nodes that the engine answers for, as callers from outside reach it.</summary>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="within">Puts something between the sessions of clients and what answers.</param>
    /// <returns>Who answers as that node does, with sessions of its own.</returns>
    public IBroker DoorOf(int nodeId, Func<IBroker, IBroker>? within)
    {
        IBroker face = _guard!(_broker!.FaceOf(nodeId));
        return WithSessions(within is null ? face : within(face), nodeId);
    }

    public NodeMaintenance Maintenance => _maintenance!;

    public LogClients Clients => _clients!;

    public NodeComponents Components => _components!;

    /// <summary>Starts one part on the other. After a failure, what was started must be stopped.</summary>
    public async ValueTask StartAsync(
        StreamLogOptions options, INodeEnvironment? environment, CancellationToken cancellationToken)
    {
        INodeEnvironment surroundings = Surround(options, environment);
        _time = surroundings.Time;
        _nextRandom = surroundings.NextRandom;
        string path = Path.GetFullPath(options.DataDirectory, _host.ContentRoot ?? Environment.CurrentDirectory);
        LogDirectorySettings settings =
            new LogDirectorySettings
            {
                NodeId = options.NodeId,
                FlushInterval = options.FlushInterval,
                RecoveryProgress = options.RecoveryProgress,
            }.With(options.Maintenance);
        if (options.InMemory)
            settings = settings with { ReserveBytes = Math.Min(settings.ReserveBytes, options.MemoryLimit / 16) };

        _directory = LogDirectory.Open(surroundings, path, settings, Loggers, Metrics);
        _broker = await LocalBroker
            .StartAsync(surroundings, _directory, options, Loggers, Metrics, cancellationToken).ConfigureAwait(false);
        QuotaBook quotas = new(() => _broker.Image, surroundings.Time);
        _guard = engine => new QuotaBroker(
            new AuthorizingBroker(engine, _broker.Authorizer, options.AutoCreateTopics),
            quotas,
            options.DefaultPartitions);
        _door = WithSessions(_guard(_broker));
        _maintenance = new NodeMaintenance(_directory, _broker);
        _clients = new LogClients(WithSessions(_broker), surroundings, options, _host, Metrics, Tracing);
        _components = new NodeComponents(options.NodeId, _door, quotas, surroundings, Loggers);
    }

    /// <summary>Stops what is there, the last one first.</summary>
    /// <param name="timeout">How long clients may take to finish their work.</param>
    /// <param name="hurry">Ends that time at once.</param>
    /// <returns>Whether they finished.</returns>
    public async ValueTask<bool> StopAsync(TimeSpan timeout, CancellationToken hurry)
    {
        bool isOrderly = true;
        long begun = _time.GetTimestamp();
        try
        {
            if (_components is not null)
                await _components.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            isOrderly &= await StopEngineAsync(timeout, begun, hurry).ConfigureAwait(false);
        }

        return isOrderly;
    }

    private SessionBroker WithSessions(IBroker inner, int? nodeId = null) =>
        new(inner, new FetchSessions(_time, _nextRandom!), _broker!.NewShareSessions(nodeId));

    // What clients have under way, then the engine, then the files.
    private async ValueTask<bool> StopEngineAsync(TimeSpan timeout, long begun, CancellationToken hurry)
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
                    await _broker.StopAsync(LeftOf(timeout, begun, TimeSpan.Zero)).ConfigureAwait(false);
            }
            finally
            {
                isOrderly &= await StopDirectoryAsync(LeftOf(timeout, begun, DirectoryTimeoutMin))
                    .ConfigureAwait(false);
                Metrics.Dispose();
                Tracing.Dispose();
            }
        }

        return isOrderly;
    }

    /// <summary>Stops what is there without waiting for clients: after a start that failed they have nothing to
    /// do.</summary>
    /// <returns>A task that completes when all has stopped.</returns>
    public async ValueTask DisposeAsync() =>
        await StopAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);

    // A disk that never answers holds up no process that wants to end: what is still on its way to it is found out at
    // the next start, and until the disk answers nobody else can open the directory.
    private async ValueTask<bool> StopDirectoryAsync(TimeSpan timeout)
    {
        if (_directory is not null)
        {
            // On a thread of its own: some of it waits for the disk without giving its thread back.
            Task stop = Task.Run(() => _directory.DisposeAsync().AsTask());
            try
            {
                await stop.WaitAsync(timeout, _time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Log.DiskHangs(Loggers.CreateLogger<StreamLogNode>(), _directory.Path, timeout.TotalSeconds);
                return false;
            }
        }

        if (_ownEnvironment is not null)
            await _ownEnvironment.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    private TimeSpan LeftOf(TimeSpan timeout, long begun, TimeSpan least)
    {
        TimeSpan left = timeout - _time.GetElapsedTime(begun);
        return left > least ? left : least;
    }

    private INodeEnvironment Surround(StreamLogOptions options, INodeEnvironment? environment)
    {
        if (options.InMemory)
            return _ownEnvironment = new NodeEnvironment(new InMemoryFileSystem(options.MemoryLimit), environment);

        return environment ?? (_ownEnvironment = new NodeEnvironment(new PhysicalFileSystem()));
    }
}
