using System.Threading.Tasks.Sources;

namespace StreamLog.Threading;

/// <summary>The result of an async method, as its awaiter and its builder see it.</summary>
/// <typeparam name="TResult">What the method returns.</typeparam>
internal abstract class SharedPoolBox<TResult> : IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core;

    /// <summary>Gets what tells this use from earlier ones.</summary>
    public short Version => _core.Version;

    /// <summary>Ends the method.</summary>
    /// <param name="result">What it returns.</param>
    public void SetResult(TResult result) => _core.SetResult(result);

    /// <summary>Ends the method.</summary>
    /// <param name="exception">What it throws.</param>
    public void SetException(Exception exception) => _core.SetException(exception);

    TResult IValueTaskSource<TResult>.GetResult(short token) => Take(token);

    void IValueTaskSource.GetResult(short token) => Take(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Empties the box and gives it back to its pool.</summary>
    private protected abstract void Return();

    private TResult Take(short token)
    {
        // Throws for what is not over, or is awaited twice, before anything is given back twice.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The call is not over yet. Await it.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Return();
        }
    }
}
