using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Kafka;

/// <summary>A listener that runs as long as its node. Immutable.</summary>
internal sealed class ListenerComponent(KafkaListenerOptions options) : INodeComponent
{
    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> StartAsync(INodeServices node, CancellationToken cancellationToken) =>
        await KafkaListener.StartAsync(
            (IBroker)node.GetService(typeof(IBroker))!,
            options,
            node.NodeId,
            node.Listeners,
            (ILoggerFactory?)node.GetService(typeof(ILoggerFactory)),
            node.Environment.Time,
            (IConnectionQuota?)node.GetService(typeof(IConnectionQuota)),
            cancellationToken).ConfigureAwait(false);
}
