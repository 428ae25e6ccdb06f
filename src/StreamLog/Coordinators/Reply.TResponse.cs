using StreamLog.Diagnostics;

namespace StreamLog.Coordinators;

/// <summary>The answer that a request waits for.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="refusal">Makes the response that tells an error.</param>
internal class Reply<TResponse>(Func<ErrorCode, TResponse> refusal) : Reply
    where TResponse : class
{
    private readonly TaskCompletionSource<TResponse> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the response that was decided, or <see langword="null"/>. It may still be refused.</summary>
    public TResponse? Response { get; private set; }

    /// <summary>Gets the response, once it holds.</summary>
    public Task<TResponse> Outcome => _outcome.Task;

    /// <inheritdoc/>
    public sealed override bool IsDecided => Response is not null;

    /// <summary>Fills the answer in. To be called once, by a decision.</summary>
    /// <param name="response">The response.</param>
    public void Decide(TResponse response)
    {
        Invariant.Holds(Response is null);
        Response = response;
    }

    /// <inheritdoc/>
    public sealed override void Complete()
    {
        Invariant.Holds(Response is not null);
        _outcome.TrySetResult(Response);
    }

    /// <inheritdoc/>
    public sealed override void Refuse(ErrorCode error)
    {
        // A refusal may be made of the response, which is its receiver's once it is given out.
        if (!_outcome.Task.IsCompleted)
            _outcome.TrySetResult(refusal(error));
    }
}
