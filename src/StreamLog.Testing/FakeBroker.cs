using StreamLog.Protocol;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>One broker of a fake Kafka, for clients in this process as for those at its sockets.</summary>
/// <remarks>Thread-safe. Each request is recorded, meets the faults, and then what the broker makes of it: as in Kafka
/// it refers to others for what they lead or coordinate. A broker that is down throws.</remarks>
#pragma warning disable CA1001 // Sources without timers hold nothing, and may be cancelled when all is over.
public sealed class FakeBroker : IBroker
#pragma warning restore CA1001
{
    private readonly FakeKafka _owner;
    private Life? _life;

    private Apis? _apis;

    internal FakeBroker(FakeKafka owner, int nodeId, string? rack)
    {
        _owner = owner;
        NodeId = nodeId;
        Rack = rack;
        Versions = owner.Versions;
    }

    /// <summary>Gets the broker's id.</summary>
    public int NodeId { get; }

    /// <summary>Gets where the broker stands, or <see langword="null"/>.</summary>
    public string? Rack { get; }

    /// <summary>Gets whether the broker takes requests.</summary>
    public bool IsUp { get; internal set; } = true;

    /// <summary>Gets or sets which versions of the APIs the broker speaks. Clients ask for them when they connect, so
    /// bring a broker down and up to play a rolling upgrade. Clients in this process find them in
    /// <see cref="SupportedApis"/>; what they send has no version, and is refused with
    /// <see cref="ErrorCode.UnsupportedVersion"/> where its API is not spoken.</summary>
    /// <value>The default is <see cref="FakeKafkaOptions.Versions"/>.</value>
    public KafkaVersions Versions { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis
    {
        get
        {
            // The same list for as long as nothing changes, as listeners expect of a broker.
            (KafkaVersions versions, IReadOnlyList<ApiVersionRange> all) = (Versions, _owner.AllApis);
            Apis? known = Volatile.Read(ref _apis);
            if (known is null || !ReferenceEquals(known.By, versions) || !ReferenceEquals(known.All, all))
                Volatile.Write(ref _apis, known = new Apis(versions, all, versions.Limit(all)));
            return known.Told;
        }
    }

    /// <summary>Gets where the broker is reached, as <c>host:port</c>, or nothing in a fake without sockets. It stays
    /// the same while the broker is down.</summary>
    public string Address => Endpoint is { } endpoint ? $"{endpoint.Host}:{endpoint.Port}" : "";

    internal ListenerEndpoint? Endpoint { get; set; }

    /// <summary>Gets whether the broker is out of its clients' reach alone, and leads what it has led.</summary>
    internal bool IsCutOff { get; set; }

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        if (VersionCap.Refuse(request.ApiKey, SupportedApis, _owner.AllApis) is { } refused)
            return ValueTask.FromException<TResponse>(refused);

        // In this order: a broker that goes down meanwhile ends this life, or is seen to be down.
        Life life = Volatile.Read(ref _life)!;
        return IsUp
            ? SendAsync(request, context, life, cancellationToken)
            : ValueTask.FromException<TResponse>(FaultCall.Cut($"The broker {NodeId} is down."));
    }

    /// <summary>Takes the broker down: it takes no requests, is out of all in-sync sets, and others lead what it
    /// led.</summary>
    /// <returns>A task that completes when that is so.</returns>
    public Task StopAsync() => _owner.StopBrokerAsync(this);

    /// <summary>Cuts the broker off from its clients: connections are closed and refused, while it goes on leading and
    /// coordinating what it did, as behind a broken network. <see cref="StartAsync"/> ends that.</summary>
    /// <returns>A task that completes when that is so.</returns>
    public Task CutOffAsync() => _owner.CutOffBrokerAsync(this);

    /// <summary>Brings the broker up again: it is back in sync, and leads what had no leader.</summary>
    /// <returns>A task that completes when that is so.</returns>
    public Task StartAsync() => _owner.StartBrokerAsync(this);

    /// <summary>Begins a life upon an engine, without the fetch sessions of the one before, whose requests
    /// end.</summary>
    /// <param name="node">The engine.</param>
    internal void Begin(StreamLogNode node)
    {
        IBroker door = node.FaceOf(NodeId, face => new FaultyBroker(_owner, this, face));
        Interlocked.Exchange(ref _life, new Life(node, door, new CancellationTokenSource()))?.End.Cancel();
    }

    /// <summary>Ends what is under way, as a broker does that goes down.</summary>
    internal void Cut() => Begin(_life!.Node);

    private static async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request,
        RequestContext context,
        Life life,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        CancellationToken end = life.End.Token;
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end);
        try
        {
            return await life.Door.SendAsync(request, context, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw FaultCall.Cut("The broker has gone down.");
        }
    }

    // What clients are told, and of what it was made.
    private sealed record Apis(
        KafkaVersions By, IReadOnlyList<ApiVersionRange> All, IReadOnlyList<ApiVersionRange> Told);

    // From one start of the broker to its next stop.
    private sealed record Life(StreamLogNode Node, IBroker Door, CancellationTokenSource End);
}
