using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace StreamLog.Threading;

/// <summary>What an async method lives in while it waits, and what its caller awaits.</summary>
/// <typeparam name="TStateMachine">The method.</typeparam>
/// <typeparam name="TResult">What it returns.</typeparam>
/// <remarks>
/// Owned by <see cref="SharedPoolMethodBuilder"/>. It goes back to the pool when its one awaiter has taken the result.
/// </remarks>
internal sealed class SharedPoolBox<TStateMachine, TResult> : SharedPoolBox<TResult>
    where TStateMachine : IAsyncStateMachine
{
    // More than are under way at once: each flush thread and each loop has one at a time.
    private const int CountMax = 64;

    private static readonly ConcurrentQueue<SharedPoolBox<TStateMachine, TResult>> Pool = new();
    private static int _pooled;

    private TStateMachine? _stateMachine;

    private SharedPoolBox() => GoOn = MoveNext;

    /// <summary>Gets what an awaiter calls.</summary>
    public Action GoOn { get; }

    /// <summary>Takes a box that nobody uses.</summary>
    /// <returns>The box.</returns>
    public static SharedPoolBox<TStateMachine, TResult> Rent()
    {
        if (!Pool.TryDequeue(out SharedPoolBox<TStateMachine, TResult>? box))
            return new SharedPoolBox<TStateMachine, TResult>();
        Interlocked.Decrement(ref _pooled);
        return box;
    }

    /// <summary>Moves the method in.</summary>
    /// <param name="stateMachine">The method, whose builder knows this box already.</param>
    public void Set(TStateMachine stateMachine) => _stateMachine = stateMachine;

    private protected override void Return()
    {
        _stateMachine = default;
        if (Interlocked.Increment(ref _pooled) <= CountMax)
            Pool.Enqueue(this);
        else
            Interlocked.Decrement(ref _pooled);
    }

    private void MoveNext() => _stateMachine!.MoveNext();
}
