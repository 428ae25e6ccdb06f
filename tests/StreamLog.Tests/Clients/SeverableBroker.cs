using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>A way to a broker that can be cut, so that its client is as good as dead.</summary>
internal sealed class SeverableBroker(IBroker broker) : IBroker
{
    private volatile bool _isSevered;

    public bool IsSevered
    {
        get => _isSevered;
        set => _isSevered = value;
    }

    /// <summary>Gets or sets the APIs that this way hides; the broker seems older then.</summary>
    public IReadOnlyCollection<ApiKey> Hidden { get; set; } = [];

    /// <summary>Gets or sets what answers in the broker's stead; where it returns nothing, the broker does.</summary>
    public Func<object, object?> Answers { get; set; } = _ => null;

    public IReadOnlyList<ApiVersionRange> SupportedApis =>
        [.. broker.SupportedApis.Where(range => !Hidden.Contains(range.ApiKey))];

    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (_isSevered)
            throw new StreamLogException(ErrorCode.NetworkException, "The way to the broker is cut.");
        return Answers(request) is TResponse answer
            ? new ValueTask<TResponse>(answer)
            : broker.SendAsync(request, context, cancellationToken);
    }
}
