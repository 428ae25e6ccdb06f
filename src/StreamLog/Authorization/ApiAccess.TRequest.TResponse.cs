using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Authorization;

/// <summary>Who may use one API, and for what: what a request must be permitted as a whole, what for each thing that it
/// names, and what of the response the caller may see.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The response.</typeparam>
internal sealed class ApiAccess<TRequest, TResponse> : ApiAccess<TResponse>
    where TRequest : class, IRequest<TResponse>, new()
    where TResponse : class
{
    /// <inheritdoc/>
    public override ApiKey ApiKey { get; } = new TRequest().ApiKey;

    /// <inheritdoc/>
    public override bool TellsOperations => Tells;

    /// <summary>Gets whether responses say what the caller may do.</summary>
    public bool Tells { get; init; }

    /// <summary>Gets what a caller must be permitted for the request as a whole, or nothing.</summary>
    public Func<TRequest, Caller, ErrorCode>? Whole { get; init; }

    /// <summary>Gets what must be permitted on topics that are named.</summary>
    public AclOperation? Topic { get; init; }

    /// <summary>Gets what must be permitted on groups that are named.</summary>
    public AclOperation? Group { get; init; }

    /// <summary>Gets what must be permitted on transactional ids that are named.</summary>
    public AclOperation? TransactionalId { get; init; }

    /// <summary>Gets what must be permitted on what has the settings that are named.</summary>
    public AclOperation? Configs { get; init; }

    /// <summary>Gets a judge of what is named that goes before the operations above.</summary>
    public Func<TRequest, Caller, RequestTarget, ErrorCode>? Judge { get; init; }

    /// <summary>Gets whether what is named may be done only if all of it may.</summary>
    public bool IsAllOrNothing { get; init; }

    /// <summary>Gets whether a request is to be judged by its response: what it names is not all it is about.</summary>
    public Func<TRequest, bool>? IsJudgedLater { get; init; }

    /// <summary>Gets what takes from the response what the caller may not see.</summary>
    public Action<TRequest, TResponse, Caller>? Trim { get; init; }

    /// <inheritdoc/>
    public override async ValueTask<TResponse> SendAsync(
        IBroker engine, IRequest<TResponse> request, Caller caller, CancellationToken cancellationToken)
    {
        TRequest asked = (TRequest)request;
        if (Whole?.Invoke(asked, caller) is ErrorCode error and not ErrorCode.None)
            return Refusal.CreateResponse(request, error, AccessErrors.Say(error));
        if (!JudgesParts || IsJudgedLater?.Invoke(asked) == true)
            return await AnswerAsync(engine, request, asked, caller, cancellationToken).ConfigureAwait(false);

        RequestSplit<TResponse> split = Refusal.Split(request, target => Verdict(asked, caller, target));
        if (split.Refused is not null && IsAllOrNothing)
        {
            return Refusal.Split(request, target => NotAttempted(Verdict(asked, caller, target), target)).Refused!;
        }

        if (split.Admitted is null)
            return split.Refused!;
        return split.Merge(
            await AnswerAsync(engine, split.Admitted, asked, caller, cancellationToken).ConfigureAwait(false));
    }

    private bool JudgesParts =>
        Judge is not null || Topic is not null || Group is not null || TransactionalId is not null
        || Configs is not null;

    // What could be done, had nothing else been refused.
    private static ErrorCode NotAttempted(ErrorCode verdict, RequestTarget target) =>
        verdict == ErrorCode.None && target.Kind == RequestTargetKind.Partition
            ? ErrorCode.OperationNotAttempted
            : verdict;

    private async ValueTask<TResponse> AnswerAsync(
        IBroker engine,
        IRequest<TResponse> request,
        TRequest asked,
        Caller caller,
        CancellationToken cancellationToken)
    {
        TResponse response =
            await engine.SendAsync(request, caller.Context, cancellationToken).ConfigureAwait(false);
        Trim?.Invoke(asked, response, caller);
        return response;
    }

    private ErrorCode Verdict(TRequest request, Caller caller, RequestTarget target)
    {
        if (Judge?.Invoke(request, caller, target) is ErrorCode error and not ErrorCode.None)
            return error;
        return target.Kind switch
        {
            RequestTargetKind.Topic or RequestTargetKind.Partition when Topic is { } operation =>
                AccessErrors.Topic(caller, operation, target),
            RequestTargetKind.Group when Group is { } operation => caller.May(
                operation, AclResourceType.Group, target.Name)
                    ? ErrorCode.None
                    : ErrorCode.GroupAuthorizationFailed,
            RequestTargetKind.TransactionalId when TransactionalId is { } operation => caller.May(
                operation, AclResourceType.TransactionalId, target.Name)
                    ? ErrorCode.None
                    : ErrorCode.TransactionalIdAuthorizationFailed,
            RequestTargetKind.ConfigResource when Configs is { } operation =>
                AccessErrors.Configs(caller, operation, target),
            _ => ErrorCode.None,
        };
    }
}
