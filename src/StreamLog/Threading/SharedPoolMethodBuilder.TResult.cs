using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace StreamLog.Threading;

/// <summary>Builds async methods whose boxes are shared by all threads.</summary>
/// <typeparam name="TResult">What the method returns.</typeparam>
/// <remarks>See <see cref="SharedPoolMethodBuilder"/>.</remarks>
internal struct SharedPoolMethodBuilder<TResult>
{
    private SharedPoolBox<TResult>? _box;
    private Exception? _exception;
    private TResult? _result;

    /// <summary>Gets what the caller awaits, once.</summary>
    public readonly ValueTask<TResult> Task =>
        _box is not null ? new ValueTask<TResult>(_box, _box.Version)
        : _exception is not null ? ValueTask.FromException<TResult>(_exception)
        : new ValueTask<TResult>(_result!);

    /// <summary>Gets the same without the result, in place of it.</summary>
    public readonly ValueTask UntypedTask =>
        _box is not null ? new ValueTask(_box, _box.Version)
        : _exception is not null ? ValueTask.FromException(_exception)
        : ValueTask.CompletedTask;

    /// <summary>Creates the builder of one call.</summary>
    /// <returns>The builder.</returns>
    public static SharedPoolMethodBuilder<TResult> Create() => default;

    /// <summary>Runs the method up to its first wait.</summary>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="stateMachine">The method.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "The compiler calls it on the builder.")]
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine =>
        AsyncTaskMethodBuilder.Create().Start(ref stateMachine);

    /// <summary>Nothing: the method is never boxed by the compiler.</summary>
    /// <param name="stateMachine">The method.</param>
    [SuppressMessage("Performance", "CA1822", Justification = "The compiler calls it on the builder.")]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Ends the method.</summary>
    /// <param name="result">What it returns.</param>
    public void SetResult(TResult result)
    {
        if (_box is null)
            _result = result;
        else
            _box.SetResult(result);
    }

    /// <summary>Ends the method.</summary>
    /// <param name="exception">What it throws.</param>
    public void SetException(Exception exception)
    {
        if (_box is null)
            _exception = exception;
        else
            _box.SetException(exception);
    }

    /// <summary>Has the method go on when an awaiter is done.</summary>
    /// <typeparam name="TAwaiter">The awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">The awaiter.</param>
    /// <param name="stateMachine">The method.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine =>
        awaiter.OnCompleted(BoxOf(ref stateMachine).GoOn);

    /// <summary>Has the method go on when an awaiter is done.</summary>
    /// <typeparam name="TAwaiter">The awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method.</typeparam>
    /// <param name="awaiter">The awaiter.</param>
    /// <param name="stateMachine">The method.</param>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine =>
        awaiter.UnsafeOnCompleted(BoxOf(ref stateMachine).GoOn);

    private SharedPoolBox<TStateMachine, TResult> BoxOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_box is SharedPoolBox<TStateMachine, TResult> box)
            return box;

        // This builder is a field of the method: it has to know the box before the method is copied into that.
        box = SharedPoolBox<TStateMachine, TResult>.Rent();
        _box = box;
        box.Set(stateMachine);
        return box;
    }
}
