using System.Runtime.CompilerServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>The links of all clients. Those of a client that is gone are closed, and those that nobody uses.</summary>
/// <remarks>Owned by the cluster. Thread-safe.</remarks>
internal sealed class LinkPool : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly ClusterParts _parts;
    private readonly Action<SpokenVersions> _onVersions;
    private readonly ConditionalWeakTable<RequestContext, ClientLinks> _byContext = [];
    private readonly ITimer _sweep;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly List<(WeakReference<RequestContext> Owner, ClientLinks Links)> _clients = [];

    /// <summary>Creates the pool.</summary>
    /// <param name="parts">What all connections share.</param>
    /// <param name="onVersions">Hears what brokers speak.</param>
    public LinkPool(ClusterParts parts, Action<SpokenVersions> onVersions)
    {
        _parts = parts;
        _onVersions = onVersions;
        _sweep = parts.Time.CreateTimer(static pool => ((LinkPool)pool!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>Finds the links of a client, or makes them.</summary>
    /// <param name="context">The client.</param>
    /// <returns>The links.</returns>
    public ClientLinks Of(RequestContext context) => _byContext.GetValue(context, Create);

    /// <summary>Sends a request.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="link">The link, on which it is in turn when this returns.</param>
    /// <param name="cancellationToken">Takes it back, or stops the wait.</param>
    /// <returns>The response.</returns>
    public static async Task<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, BrokerLink link, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (!Apis.TryGet(request.ApiKey, out ApiDescription? api))
        {
            throw new StreamLogException(
                ErrorCode.UnsupportedVersion, $"{request.ApiKey} does not travel: it is for a node's own process.");
        }

        object? response = await link.SendAsync(api, request, cancellationToken).ConfigureAwait(false);

        // What is not acknowledged counts as done.
        return (TResponse?)response ?? Refusal.CreateResponse(request, ErrorCode.None);
    }

    /// <summary>Returns the error of who asks a cluster that is no longer used.</summary>
    /// <param name="cause">How that was noticed, or <see langword="null"/>.</param>
    /// <returns>The error.</returns>
    public static StreamLogException Disposed(Exception? cause = null) => new(
        ErrorCode.BrokerNotAvailable, "The connection to the cluster was disposed. Connect again.", cause);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        StreamLogException disposed = Disposed();
        foreach ((_, ClientLinks links) in Clients())
            links.Close(disposed);
    }

    private ClientLinks Create(RequestContext context)
    {
        ClientLinks links = new(context.ClientId, _parts, _onVersions);
        lock (_gate)
            _clients.Add((new WeakReference<RequestContext>(context), links));
        return links;
    }

    private void Sweep()
    {
        foreach ((WeakReference<RequestContext> owner, ClientLinks links) in Clients())
        {
            bool isOwned = owner.TryGetTarget(out _);
            bool isClosed = links.CheckTimes(isOwned ? _parts.Options.IdleTimeout : TimeSpan.Zero);
            if (isOwned || !isClosed)
                continue;
            lock (_gate)
                _clients.RemoveAll(client => ReferenceEquals(client.Links, links));

            // What was answered in time for nobody.
            links.Fetches.DropAll();
        }
    }

    private (WeakReference<RequestContext> Owner, ClientLinks Links)[] Clients()
    {
        lock (_gate)
            return [.. _clients];
    }
}
