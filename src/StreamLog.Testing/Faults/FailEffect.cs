using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Testing.Faults;

/// <summary>Refuses the request as a whole.</summary>
internal sealed class FailEffect(ErrorCode error, string? message = null) : FaultEffect
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
        return new ValueTask<TResponse>(Refusal.CreateResponse(request, error, message));
    }
}
