using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>One request on its way to a broker, and its response on the way back.</summary>
/// <remarks>
/// Thread-safe. While it is written to the connection nothing completes it, since the memory of its records is read
/// until then. A call that was taken back before that is not sent; one that was taken back later is answered to nobody.
/// </remarks>
internal sealed class BrokerCall
{
    private const int Queued = 0;
    private const int Writing = 1;
    private const int Sent = 2;
    private const int Over = 3;

    private readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private volatile bool _isCancelled;
    private int _state;

    /// <summary>Creates the call.</summary>
    /// <param name="api">The API.</param>
    /// <param name="request">The request.</param>
    /// <param name="wait">How long the request itself allows its answer to take.</param>
    public BrokerCall(ApiDescription api, object request, TimeSpan wait)
    {
        Api = api;
        Request = request;
        Wait = wait;
    }

    /// <summary>Gets the API.</summary>
    public ApiDescription Api { get; }

    /// <summary>Gets the request.</summary>
    public object Request { get; }

    /// <summary>Gets since when it waits to be sent, on the clock's timestamps.</summary>
    public long QueuedAt { get; init; }

    /// <summary>Gets how long the request itself allows its answer to take.</summary>
    public TimeSpan Wait { get; }

    /// <summary>Gets whether no answer comes.</summary>
    public bool IsUnanswered => Request is ProduceRequest { Acks: 0 };

    /// <summary>Gets the answer to come; <see langword="null"/> where none does.</summary>
    public Task<object?> Answer => _answer.Task;

    /// <summary>Lets a token take the call back. To be called once, before it is queued.</summary>
    /// <param name="token">The token.</param>
    public void CancelBy(CancellationToken token)
    {
        if (!token.CanBeCanceled)
            return;

        _token = token;
        _cancellation = token.UnsafeRegister(static call => ((BrokerCall)call!).Cancel(), this);
    }

    /// <summary>Begins to write the call.</summary>
    /// <returns><see langword="false"/> if it was taken back.</returns>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Writing, Queued) == Queued;

    /// <summary>Ends it: the request is not read any more.</summary>
    public void End()
    {
        Interlocked.CompareExchange(ref _state, Sent, Writing);
        if (_isCancelled)
            Cancel();
    }

    /// <summary>Answers the call.</summary>
    /// <param name="response">The response. It is disposed where nobody waits for it any more.</param>
    public void Complete(object? response)
    {
        if (Interlocked.Exchange(ref _state, Over) == Over)
        {
            (response as IDisposable)?.Dispose();
            return;
        }

        _cancellation.Unregister();
        _answer.SetResult(response);
    }

    /// <summary>Fails the call.</summary>
    /// <param name="exception">Why.</param>
    public void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _state, Over) == Over)
            return;

        _cancellation.Unregister();
        _answer.SetException(exception);
    }

    /// <summary>Fails the call, unless it is being written or has been.</summary>
    /// <param name="exception">Why.</param>
    public void FailUnsent(Exception exception)
    {
        if (Interlocked.CompareExchange(ref _state, Over, Queued) != Queued)
            return;

        _cancellation.Unregister();
        _answer.SetException(exception);
    }

    private void Cancel()
    {
        _isCancelled = true;
        if (Interlocked.CompareExchange(ref _state, Over, Queued) == Queued
            || Interlocked.CompareExchange(ref _state, Over, Sent) == Sent)
        {
            _answer.SetCanceled(_token);
        }
    }
}
