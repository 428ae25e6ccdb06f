using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Testing.Faults;

/// <summary>Refuses some of what the request names, and lets the rest go on.</summary>
internal sealed class FailPartsEffect(ErrorCode error, Func<FaultCall, RequestTarget, bool> matches) : FaultEffect
{
    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        RequestSplit<TResponse> split = Refusal.Split(
            request, target => matches(call, target) ? error : ErrorCode.None);
        return split.Admitted is null
            ? split.Refused!
            : split.Merge(await next(split.Admitted).ConfigureAwait(false));
    }
}
