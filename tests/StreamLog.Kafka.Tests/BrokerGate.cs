using StreamLog.Protocol;

namespace StreamLog.Kafka.Tests;

/// <summary>A broker that holds requests, fails them, or says that they were held back.</summary>
internal sealed class BrokerGate(IBroker inner) : IBroker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ApiKey, TaskCompletionSource> _begun = [];
    private readonly Dictionary<ApiKey, TaskCompletionSource> _ended = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    public ApiKey? Held { get; init; }

    public Exception? Failure { get; set; }

    public int ThrottleTimeMs { get; set; }

    public int Begun => Volatile.Read(ref _count);

    public Exception? LastFailure { get; private set; }

    public IReadOnlyList<ApiVersionRange> SupportedApis => inner.SupportedApis;

    public Task WaitForAsync(ApiKey api) => SourceOf(_begun, api).Task;

    public Task WaitForEndAsync(ApiKey api) => SourceOf(_ended, api).Task;

    public void Release() => _released.TrySetResult();

    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        Interlocked.Increment(ref _count);
        SourceOf(_begun, request.ApiKey).TrySetResult();
        try
        {
            if (Failure is { } failure)
                throw failure;
            if (Held == request.ApiKey)
                await _released.Task;
            TResponse response = await inner.SendAsync(request, context, cancellationToken);
            if (response is IThrottledResponse throttled && ThrottleTimeMs > 0)
                throttled.ThrottleTimeMs = ThrottleTimeMs;
            return response;
        }
        catch (Exception exception)
        {
            LastFailure = exception;
            throw;
        }
        finally
        {
            SourceOf(_ended, request.ApiKey).TrySetResult();
        }
    }

    private TaskCompletionSource SourceOf(Dictionary<ApiKey, TaskCompletionSource> sources, ApiKey api)
    {
        lock (_gate)
        {
            if (!sources.TryGetValue(api, out TaskCompletionSource? source))
            {
                source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                sources.Add(api, source);
            }

            return source;
        }
    }
}
