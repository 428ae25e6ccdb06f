using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What one node counts and measures: its meter, and its instruments by who counts with them.</summary>
/// <remarks>
/// <para>Created by the node, handed down to its parts, disposed last. Thread-safe. Nothing here is static, so that two
/// nodes in one process do not count together.</para>
/// <para>To add an instrument: give the class of its owner a private field and a method that says what happened, so
/// that names of tags stand here alone. Where nobody listens, the method looks at <c>Enabled</c> and returns; it
/// allocates nothing then.</para>
/// </remarks>
internal sealed class StreamLogMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly bool _isOwned;

    private StreamLogMetrics(Meter meter, bool isOwned)
    {
        _meter = meter;
        _isOwned = isOwned;
        Storage = new StorageMetrics(meter);
        Maintenance = new MaintenanceMetrics(meter);
        Requests = new RequestMetrics(meter);
        Clients = new ClientMetrics(meter);
        Handlers = new HandlerMetrics(meter);
    }

    /// <summary>Gets what parts count with that nobody gave instruments: under a name that nobody listens to.</summary>
    public static StreamLogMetrics Unobserved { get; } = new(new Meter("StreamLog.Unobserved"), isOwned: true);

    /// <summary>Gets the meter, for instruments that are observed when somebody asks.</summary>
    public Meter Meter => _meter;

    /// <summary>Gets what the data directory and its logs count with.</summary>
    public StorageMetrics Storage { get; }

    /// <summary>Gets what retention, compaction, scrubbing and repair count with.</summary>
    public MaintenanceMetrics Maintenance { get; }

    /// <summary>Gets what the broker counts with.</summary>
    public RequestMetrics Requests { get; }

    /// <summary>Gets what producers and consumers count with.</summary>
    public ClientMetrics Clients { get; }

    /// <summary>Gets what handlers of topics count with.</summary>
    public HandlerMetrics Handlers { get; }

    /// <summary>Creates the instruments of a node.</summary>
    /// <param name="factory">What makes meters in a host, or <see langword="null"/> where there is none.</param>
    /// <param name="nodeName">The node's name in its host; empty for the only one. It is a tag of the meter.</param>
    /// <returns>The instruments, which the node disposes.</returns>
    public static StreamLogMetrics Create(IMeterFactory? factory, string nodeName)
    {
        MeterOptions options = new(StreamLogTelemetry.MeterName)
        {
            Version = StreamLogTelemetry.Version,
            Tags = nodeName.Length == 0 ? null : [new KeyValuePair<string, object?>(MetricTags.Node, nodeName)],
        };

        // A factory keeps the meters that it has made until the host ends.
        return factory is null ? new(new Meter(options), isOwned: true) : new(factory.Create(options), isOwned: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isOwned)
            _meter.Dispose();
    }
}
