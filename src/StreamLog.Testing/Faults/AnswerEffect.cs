using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Answers in the broker's place; what is not its request goes on.</summary>
internal sealed class AnswerEffect(Func<object, object?> answer) : FaultEffect
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
        return answer(request) is TResponse response ? new ValueTask<TResponse>(response) : next(request);
    }
}
