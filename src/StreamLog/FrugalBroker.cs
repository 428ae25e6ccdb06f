using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog;

/// <summary>A broker that creates no topic because somebody has named it, whatever it is set up to do.</summary>
/// <remarks>Thread-safe. It changes requests of clients in this process, which are theirs alone.</remarks>
internal sealed class FrugalBroker(IBroker broker) : IBroker
{
    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => broker.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (request is MetadataRequest metadata)
            metadata.AllowAutoTopicCreation = false;
        return broker.SendAsync(request, context, cancellationToken);
    }
}
