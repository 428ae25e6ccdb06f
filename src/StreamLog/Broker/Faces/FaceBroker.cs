using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Broker.Faces;

/// <summary>One node of several that share an engine: it answers for what the metadata says is its own, and refers to
/// the others for the rest.</summary>
/// <remarks>Thread-safe. It has no state: whether the node is there, and what it leads, is in the metadata.</remarks>
/// <param name="engine">The engine.</param>
/// <param name="parts">What the engine works with.</param>
/// <param name="nodeId">The node.</param>
internal sealed class FaceBroker(IBroker engine, BrokerParts parts, int nodeId) : IBroker
{
    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => engine.SupportedApis;

    private ClusterImage Image => parts.Partitions.Current.Image;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ClusterImage image = Image;
        if (!image.IsActive(nodeId))
            return ValueTask.FromException<TResponse>(Away());
        if (image.Brokers.Count == 1)
            return engine.SendAsync(request, context, cancellationToken);

        FaceRules rules = new(image, nodeId);
        RequestSplit<TResponse> split = NodeBinding.Of(request.ApiKey) is null
            ? default
            : Refusal.Split(request, target => rules.Judge(request, target));
        string rack = (request as FetchRequest)?.RackId ?? "";
        if (split is { Refused: { } refused, Admitted: null })
        {
            FaceAnswers.Complete(refused, rack, rules);
            return new ValueTask<TResponse>(refused);
        }

        // Who has to look for another leader is told so at once.
        if (split is { Refused: not null, Admitted: FetchRequest fetch })
            fetch.MaxWaitMs = 0;
        if (split is { Refused: not null, Admitted: ShareFetchRequest share })
            share.MaxWaitMs = 0;
        return FinishAsync(
            engine.SendAsync(split.Admitted ?? request, context, cancellationToken), split, rack);
    }

    private async ValueTask<TResponse> FinishAsync<TResponse>(
        ValueTask<TResponse> answer, RequestSplit<TResponse> split, string rack)
        where TResponse : class
    {
        TResponse response = await answer.ConfigureAwait(false);
        ClusterImage image = Image;
        if (!image.IsActive(nodeId))
        {
            (response as IDisposable)?.Dispose();
            throw Away();
        }

        if (split.Refused is not null)
            split.Merge(response);
        FaceAnswers.Complete(response, rack, new FaceRules(image, nodeId));
        return response;
    }

    private StreamLogException Away() =>
        new(ErrorCode.BrokerNotAvailable, $"The node {nodeId} is down, so it takes no requests.");
}
