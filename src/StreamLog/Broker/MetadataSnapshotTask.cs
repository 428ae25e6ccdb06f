using StreamLog.Metadata;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Takes a snapshot of the metadata every so often, where it has changed, so that starts stay short.</summary>
/// <param name="metadata">The metadata.</param>
/// <param name="interval">How often.</param>
internal sealed class MetadataSnapshotTask(ClusterMetadata metadata, TimeSpan interval) : IMaintenanceTask
{
    /// <summary>The name of the task.</summary>
    public const string TaskName = "metadata-snapshot";

    /// <inheritdoc/>
    public string Name => TaskName;

    /// <inheritdoc/>
    public TimeSpan Interval => interval;

    /// <inheritdoc/>
    public ValueTask RunAsync(CancellationToken stopping) => metadata.SnapshotAsync(stopping);
}
