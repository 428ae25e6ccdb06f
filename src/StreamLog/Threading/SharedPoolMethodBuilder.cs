using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace StreamLog.Threading;

/// <summary>Builds async methods whose boxes are shared by all threads.</summary>
/// <remarks>
/// <para>The framework's pooling builder keeps one box for each thread and processor. A flush begins on the thread
/// that asks for it and ends on a flush thread, so it finds its box on neither. This one has one pool for each
/// method.</para>
/// <para>What flows with the caller (its activity, its async locals) does not go on behind a wait: it is for methods of
/// the engine's own loops. The task is to be awaited once.</para>
/// </remarks>
internal struct SharedPoolMethodBuilder
{
    private SharedPoolMethodBuilder<bool> _inner;

    /// <summary>Gets what the caller awaits, once.</summary>
    public readonly ValueTask Task => _inner.UntypedTask;

    /// <summary>Creates the builder of one call.</summary>
    /// <returns>The builder.</returns>
    public static SharedPoolMethodBuilder Create() => default;

    /// <summary>Runs the method up to its first wait.</summary>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="stateMachine">The method.</param>
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _inner.Start(ref stateMachine);

    /// <summary>Nothing: the method is never boxed by the compiler.</summary>
    /// <param name="stateMachine">The method.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "The compiler calls it on the builder.")]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Ends the method.</summary>
    public void SetResult() => _inner.SetResult(true);

    /// <summary>Ends the method.</summary>
    /// <param name="exception">What it throws.</param>
    public void SetException(Exception exception) => _inner.SetException(exception);

    /// <summary>Has the method go on when an awaiter is done.</summary>
    /// <typeparam name="TAwaiter">The awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">The awaiter.</param>
    /// <param name="stateMachine">The method.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>Has the method go on when an awaiter is done.</summary>
    /// <typeparam name="TAwaiter">The awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">The awaiter.</param>
    /// <param name="stateMachine">The method.</param>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}
