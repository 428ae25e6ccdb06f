using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Broker.Handlers;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>The engine behind its only door: answers Kafka's requests out of one data directory.</summary>
/// <remarks>
/// Owned by the node, which opens the directory before and disposes it after. Thread-safe. A request runs on its caller's thread
/// until it has to wait; what follows a wait runs on the thread pool.
/// </remarks>
internal sealed class LocalBroker : IBroker, IAsyncDisposable
{
    private readonly RequestGate _requests = new();
    private readonly ApiHandler?[] _handlers;

    private LocalBroker(ApiHandler[] handlers)
    {
        _handlers = new ApiHandler?[handlers.Max(handler => (int)handler.Versions.ApiKey) + 1];
        foreach (ApiHandler handler in handlers)
            _handlers[(int)handler.Versions.ApiKey] = handler;

        SupportedApis = [.. _handlers.OfType<ApiHandler>().Select(handler => handler.Versions)];
        handlers.OfType<ApiVersionsHandler>().Single().Announce(SupportedApis);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis { get; }

    /// <summary>Starts the engine: reads the metadata log, recovers all partitions, and takes the lead of them.</summary>
    /// <param name="environment">The node's clock, files, ids and randomness.</param>
    /// <param name="directory">The open data directory. It stays its owner's.</param>
    /// <param name="options">The node's options.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The broker, ready for requests.</returns>
    /// <exception cref="StreamLogException">The metadata log cannot be read or written.</exception>
    public static async ValueTask<LocalBroker> StartAsync(
        INodeEnvironment environment,
        LogDirectory directory,
        StreamLogOptions options,
        ILoggerFactory loggers,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        cancellationToken.ThrowIfCancellationRequested();
        await ValueTask.CompletedTask.ConfigureAwait(false);
        return new LocalBroker([new ApiVersionsHandler()]);
    }

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse>(cancellationToken);
        if (!_requests.TryEnter())
            return ValueTask.FromException<TResponse>(Stopped());

        ValueTask<TResponse> answer;
        try
        {
            answer = HandlerOf(request).SendAsync(request, context, cancellationToken);
        }
        catch (Exception exception)
        {
            _requests.Leave();
            return ValueTask.FromException<TResponse>(exception);
        }

        if (!answer.IsCompleted)
            return FinishAsync(answer);

        _requests.Leave();
        return answer;
    }

    /// <summary>Takes a picture of all topics.</summary>
    /// <returns>The topics, by name.</returns>
    public IReadOnlyList<Topic> DescribeTopics() => [];

    /// <summary>Stops in order: refuses new requests, answers those that wait, and closes.</summary>
    /// <returns>A task that completes when nothing is under way any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_requests.IsClosed)
            return;

        _requests.Close();
        await _requests.WaitEmptyAsync().ConfigureAwait(false);
    }

    private static StreamLogException Stopped() => new(
        ErrorCode.BrokerNotAvailable, "This node has stopped, so it takes no requests. Start a new one.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> FinishAsync<TResponse>(ValueTask<TResponse> answer)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            _requests.Leave();
        }
    }

    private ApiHandler<TResponse> HandlerOf<TResponse>(IRequest<TResponse> request)
        where TResponse : class
    {
        int key = (int)request.ApiKey;
        return (uint)key < (uint)_handlers.Length && _handlers[key] is ApiHandler<TResponse> handler
            ? handler
            : throw new StreamLogException(
                ErrorCode.UnsupportedVersion,
                $"This node does not speak {request.ApiKey}. SupportedApis lists what it speaks.");
    }
}
