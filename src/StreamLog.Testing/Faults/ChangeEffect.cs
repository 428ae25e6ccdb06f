using StreamLog.Protocol;

namespace StreamLog.Testing.Faults;

/// <summary>Changes the broker's answer.</summary>
internal sealed class ChangeEffect(Action<object> change) : FaultEffect
{
    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        TResponse response = await next(request).ConfigureAwait(false);
        change(response);
        return response;
    }
}
