using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests;

/// <summary>A broker that answers produce requests when it is told to, one after another.</summary>
internal sealed class BrokerSteps(IBroker inner) : IBroker, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<int>> _waiting = [];
    private readonly SemaphoreSlim _came = new(0);
    private int _begun;

    public int Begun => Volatile.Read(ref _begun);

    public IReadOnlyList<ApiVersionRange> SupportedApis => inner.SupportedApis;

    /// <summary>Waits until so many requests have come in all.</summary>
    public async Task WaitForAsync(int count)
    {
        while (Begun < count)
            await _came.WaitAsync();
    }

    /// <summary>Answers the first that is not answered.</summary>
    public void Answer(int throttleTimeMs)
    {
        lock (_gate)
            _waiting.Dequeue().SetResult(throttleTimeMs);
    }

    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (request is not ProduceRequest)
            return await inner.SendAsync(request, context, cancellationToken);

        TaskCompletionSource<int> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _waiting.Enqueue(answer);
        Interlocked.Increment(ref _begun);
        _came.Release();
        return (TResponse)(object)new ProduceResponse { ThrottleTimeMs = await answer.Task };
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (TaskCompletionSource<int> waiting in _waiting)
                waiting.TrySetResult(0);
        }

        _came.Dispose();
    }
}
