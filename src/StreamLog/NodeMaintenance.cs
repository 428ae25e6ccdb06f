using StreamLog.Broker;
using StreamLog.Storage;
using StreamLog.Storage.Compaction;

namespace StreamLog;

/// <summary>The commands that look after the logs of a node, run in the maintenance loop of its directory.</summary>
/// <remarks>Owned by the node. Thread-safe.</remarks>
internal sealed class NodeMaintenance : ILogMaintenance
{
    private readonly LogDirectory _directory;
    private readonly LocalBroker _broker;

    /// <summary>Creates the commands.</summary>
    /// <param name="directory">The open data directory. It stays its owner's.</param>
    /// <param name="broker">The engine, which leads the partitions. It stays its owner's too.</param>
    public NodeMaintenance(LogDirectory directory, LocalBroker broker)
    {
        _directory = directory;
        _broker = broker;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScrubFinding> Findings => _directory.Findings;

    /// <inheritdoc/>
    public ValueTask<RetentionReport> ApplyRetentionAsync(string? topic, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(topic);
        return _directory.Maintenance.RunNowAsync(
            RetentionTask.TaskName, stopping => _directory.Retention.ApplyAsync(topic, stopping), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ScrubReport> ScrubAsync(string? topic, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(topic);
        return _directory.Maintenance.RunNowAsync(
            ScrubTask.TaskName, stopping => _directory.Scrub.ScrubAsync(topic, stopping), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<RepairReport> RepairAsync(TopicPartition partition, CancellationToken cancellationToken) =>
        _directory.Maintenance.RunNowAsync(
            RepairTask.TaskName,

            // It reads a whole partition and waits for the disk, so it has a thread of its own. Once begun it ends.
            _ => new ValueTask<RepairReport>(
                Task.Run(() => _broker.RepairPartition(partition), CancellationToken.None)),
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<CompactionReport> CompactAsync(string? topic, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(topic);
        if (topic is not null
            && !_directory.OpenLogs().Any(log => log.TopicPartition.Topic == topic && log.Config.IsCompacted))
        {
            throw new StreamLogException(
                ErrorCode.InvalidRequest,
                $"Topic '{topic}' is not compacted. Give it a cleanup.policy with 'compact' first.");
        }

        // Not on the caller's thread: a large log takes its time.
        return await Task.Run(
            async () => await _directory.Maintenance.RunNowAsync(
                CompactionTask.TaskName,
                stopping => _directory.Compaction.CompactAsync(topic, stopping),
                cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
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
