using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Kafka.Connecting;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka;

/// <summary>A cluster that speaks the Kafka protocol, as an <see cref="IBroker"/>: what works against a node in this
/// process works against it.</summary>
/// <remarks>
/// <para>Thread-safe. It connects when there is something to send, and anew whenever a connection is lost. Each request
/// goes to the broker that leads, coordinates or controls what it is about; one that is for several goes out in parts,
/// and their answers come back as one. Whoever asks again after an error that is retriable is sent to where things are
/// by then.</para>
/// <para><b>Versions.</b> Each request is said in the newest version that the broker at the other end speaks, so old
/// and new brokers may be in one cluster. What an old version cannot say fails with
/// <see cref="ErrorCode.UnsupportedVersion"/>.</para>
/// <para><b>Connections.</b> Each <see cref="RequestContext"/> has its own: one to a broker for what is answered soon,
/// and others for what waits there. They close when they are idle for <see cref="KafkaClusterOptions.IdleTimeout"/>, or
/// once the context is gone.</para>
/// <para><b>Errors.</b> What a broker answers is passed on as it is. A broker that cannot be reached, or that was lost
/// before it answered, is a <see cref="ErrorCode.NetworkException"/>: thrown, or within the answer where others have
/// answered for their part. What is thrown tells by <see cref="StreamLogException.IsOutcomeUnknown"/> whether the
/// request may have been sent. Fetch sessions (KIP-227) are not begun: a full request is asked of each
/// broker.</para>
/// </remarks>
public sealed class KafkaCluster : IBroker, IAsyncDisposable
{
    private static readonly IReadOnlyList<ApiVersionRange> Ours = [.. Apis.All.Select(api => api.Versions)];

    private readonly CancellationTokenSource _closing = new();
    // The cluster's own questions are asked in its name. It must live as long as the cluster.
    private readonly RequestContext _ownContext = RequestContext.ForLocalClient("streamlog-cluster");
    private readonly LinkPool _pool;
    private readonly ClusterQuestions _questions;
    private readonly RequestRouter _router;
    private readonly FetchRouter _fetches;
    private readonly ShareRouter _shares;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SpokenVersions? _spoken;
    private int _isDisposed;

    /// <summary>Creates it, without connecting.</summary>
    /// <param name="options">How to connect. They are copied.</param>
    /// <param name="loggers">Where to log; <see langword="null"/> is nowhere.</param>
    /// <param name="time">The clock; <see langword="null"/> is the machine's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="StreamLogException">An option has no meaning (<see cref="ErrorCode.InvalidConfig"/>,
    /// <see cref="ErrorCode.UnsupportedSaslMechanism"/>).</exception>
    public KafkaCluster(KafkaClusterOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        KafkaClusterOptions copy = options.Copy();
        BrokerAddress[] bootstrap = BrokerAddress.ParseAll(copy.BootstrapServers);
        ClusterRules.ThrowIfInvalid(copy);
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(typeof(KafkaCluster).FullName!);
        time ??= TimeProvider.System;
        ClusterView view = new(bootstrap, time, copy.MetadataMaxAge);
        ClusterParts parts = new(copy, time, logger, view.Doubt, _closing.Token);
        AnyBroker anyBroker = new(view, parts.Time);
        _pool = new LinkPool(parts, spoken => _spoken = spoken);
        _questions = new ClusterQuestions(view, anyBroker, _pool.Of(_ownContext));
        _router = new RequestRouter(view, anyBroker, _questions);
        _fetches = new FetchRouter(_router, view);
        _shares = new ShareRouter(_router, view, parts.Time);
    }

    /// <summary>Gets the APIs and versions that both this library and the cluster speak, as the broker that was
    /// connected to last has said. Before the first connection it is all that this library speaks.</summary>
    public IReadOnlyList<ApiVersionRange> SupportedApis => _spoken?.Common ?? Ours;

    /// <summary>Connects, and asks which brokers there are. It need not be called; it tells early whether options are
    /// right.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when a broker has answered.</returns>
    /// <exception cref="StreamLogException">No broker can be reached, or it does not take us.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask ConnectAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return _questions.AskNodesAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        ClientLinks links = _pool.Of(context);
        try
        {
            return request switch
            {
                FetchRequest fetch => (TResponse)(object)await _fetches
                    .SendAsync(fetch, links, cancellationToken).ConfigureAwait(false),
                ShareFetchRequest fetch => (TResponse)(object)await _shares
                    .FetchAsync(fetch, links, cancellationToken).ConfigureAwait(false),
                ShareAcknowledgeRequest acknowledge => (TResponse)(object)await _shares
                    .AcknowledgeAsync(acknowledge, links, cancellationToken).ConfigureAwait(false),
                _ => await _router.SendAsync(request, links, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw LinkPool.Disposed(exception);
        }
        finally
        {
            // Its connections are closed, and what was read for it is given back, once it is gone: not while it waits.
            GC.KeepAlive(context);
        }
    }

    /// <summary>Closes all connections. Whoever waits for an answer is told that there is none.</summary>
    /// <returns>A task that completes when they are closed, whoever was the first to ask for it.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            try
            {
                await _closing.CancelAsync().ConfigureAwait(false);
                _pool.Dispose();
            }
            finally
            {
                _closed.SetResult();
            }
        }

        await _closed.Task.ConfigureAwait(false);
    }

    private void ThrowIfDisposed()
    {
        if (Volatile.Read(ref _isDisposed) != 0)
            throw LinkPool.Disposed();
    }
}
