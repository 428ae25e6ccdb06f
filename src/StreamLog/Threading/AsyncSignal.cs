using System.Threading.Tasks.Sources;
using StreamLog.Diagnostics;

namespace StreamLog.Threading;

/// <summary>Wakes one waiter, any number of times, without allocating.</summary>
/// <remarks>
/// <para>
/// A call to <see cref="Set"/> that comes before the wait is remembered, once: a signal says "look again", and whoever
/// waits on it looks at everything there is. Nothing travels through the signal, so nothing can be lost in one.
/// Cancellation wakes the waiter with <see langword="false"/> and does not throw.
/// </para>
/// <para>
/// Any thread may call <see cref="Set"/>; one caller at a time waits. The waiter goes on <b>inline, on the thread that
/// called <see cref="Set"/></b> or cancelled the token, before that call returns. So set it last: after the gate has
/// been left and nothing remains to be done that the waiter could disturb.
/// </para>
/// </remarks>
internal sealed class AsyncSignal : IValueTaskSource<bool>
{
    private const int Idle = 0;
    private const int Remembered = 1;
    private const int Waiting = 2;

    // Who moves the state out of Waiting, and nobody else, completes the core. Who moves it into Waiting has reset the
    // core before.
    private int _state;
    private ManualResetValueTaskSourceCore<bool> _core;

    // Touched by the waiter alone: in WaitAsync, before it hands out the task, and in GetResult, which ends the wait.
    private CancellationTokenRegistration _registration;

    /// <summary>Wakes the waiter, or, where nobody waits, the next one at once.</summary>
    public void Set()
    {
        while (true)
        {
            // Compare-and-swap even where the signal is set already: it is the fence between what the caller wrote
            // before and the read of the state. Without it the waiter could take the signal and still not see what was
            // written.
            int before = Interlocked.CompareExchange(ref _state, Remembered, Idle);
            if (before != Waiting)
                return;

            if (TryEndWait(signalled: true))
                return;
        }
    }

    /// <summary>Waits for a signal.</summary>
    /// <param name="cancellationToken">Ends the wait without a signal.</param>
    /// <returns>
    /// <see langword="true"/> if a signal came, <see langword="false"/> if the wait was cancelled. To be awaited once,
    /// before the next wait begins. A signal that has come is told even if the token is cancelled too.
    /// </returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Remembered) == Remembered)
            return new ValueTask<bool>(true);

        if (cancellationToken.IsCancellationRequested)
            return new ValueTask<bool>(false);

        Invariant.Holds(Volatile.Read(ref _state) != Waiting);
        _core.Reset();
        short version = _core.Version;
        int before = Interlocked.CompareExchange(ref _state, Waiting, Idle);
        Invariant.Holds(before != Waiting);
        if (before == Remembered)
        {
            Volatile.Write(ref _state, Idle);
            return new ValueTask<bool>(true);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static signal => ((AsyncSignal)signal!).TryEndWait(signalled: false), this);
        }

        return new ValueTask<bool>(this, version);
    }

    /// <inheritdoc/>
    bool IValueTaskSource<bool>.GetResult(short token)
    {
        // Waits for a callback that is running elsewhere, which is a few instructions: so none outlives its wait and
        // ends the next one.
        _registration.Dispose();
        _registration = default;
        return _core.GetResult(token);
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryEndWait(bool signalled)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting)
            return false;

        _core.SetResult(signalled);
        return true;
    }
}
