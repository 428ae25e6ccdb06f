using StreamLog.Protocol;

namespace StreamLog.Authorization;

/// <summary>Stands before the engine, and lets callers from outside do what they may.</summary>
/// <remarks>Owned by the node. Thread-safe. Callers of the node's own process may do everything.</remarks>
internal sealed class AuthorizingBroker : IBroker
{
    private static readonly ApiAccess?[] ByKey = Index();

    private readonly IBroker _engine;
    private readonly Authorizer _authorizer;
    private readonly bool _createsTopics;

    /// <summary>Creates a broker that asks before it passes on.</summary>
    /// <param name="engine">The engine. It stays its owner's.</param>
    /// <param name="authorizer">Who decides.</param>
    /// <param name="createsTopics">Whether the engine creates topics that are named and not there.</param>
    public AuthorizingBroker(IBroker engine, Authorizer authorizer, bool createsTopics)
    {
        _engine = engine;
        _authorizer = authorizer;
        _createsTopics = createsTopics;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => _engine.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        if (context.IsLocal)
            return _engine.SendAsync(request, context, cancellationToken);

        // What nobody has thought about is nobody's.
        uint key = (uint)request.ApiKey;
        if (key >= (uint)ByKey.Length || ByKey[key] is not ApiAccess<TResponse> access)
        {
            return ValueTask.FromException<TResponse>(new StreamLogException(
                ErrorCode.ClusterAuthorizationFailed, $"Nobody from outside may use {request.ApiKey}."));
        }

        if (!_authorizer.IsOn && !access.TellsOperations)
            return _engine.SendAsync(request, context, cancellationToken);
        return access.SendAsync(
            _engine, request, new Caller(_authorizer, context, _createsTopics), cancellationToken);
    }

    private static ApiAccess?[] Index()
    {
        ApiAccess[] all = [.. AccessTable.Create()];
        ApiAccess?[] index = new ApiAccess?[all.Max(api => (int)api.ApiKey) + 1];
        foreach (ApiAccess api in all)
            index[(int)api.ApiKey] = api;
        return index;
    }
}
