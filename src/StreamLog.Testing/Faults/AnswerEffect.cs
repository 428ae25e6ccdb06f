using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Answers in the broker's place.</summary>
internal sealed class AnswerEffect(object answer) : FaultEffect
{
    /// <inheritdoc/>
    public override bool IsFinal => true;

    /// <inheritdoc/>
    public override ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        return new ValueTask<TResponse>((TResponse)answer);
    }
}
