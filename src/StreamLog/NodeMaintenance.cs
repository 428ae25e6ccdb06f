using StreamLog.Storage;

namespace StreamLog;

/// <summary>The commands that look after the logs of a node, run in the maintenance loop of its directory.</summary>
/// <remarks>Owned by the node. Thread-safe.</remarks>
internal sealed class NodeMaintenance : ILogMaintenance
{
    private readonly LogDirectory _directory;

    /// <summary>Creates the commands.</summary>
    /// <param name="directory">The open data directory. It stays its owner's.</param>
    public NodeMaintenance(LogDirectory directory) => _directory = directory;

    /// <inheritdoc/>
    public ValueTask<RetentionReport> ApplyRetentionAsync(string? topic, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(topic);
        return _directory.Maintenance.RunNowAsync(
            RetentionTask.TaskName, stopping => _directory.Retention.ApplyAsync(topic, stopping), cancellationToken);
    }

    private void ThrowIfUnknown(string? topic)
    {
        if (topic is not null && !_directory.OpenLogs().Any(log => log.TopicPartition.Topic == topic))
        {
            throw new StreamLogException(
                ErrorCode.UnknownTopicOrPartition, $"This node has no partition of a topic '{topic}'.");
        }
    }
}
