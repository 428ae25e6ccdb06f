namespace StreamLog;

/// <summary>Looks after the logs of one node on command. In the background the same is done by
/// <see cref="MaintenanceOptions"/>.</summary>
/// <remarks>Thread-safe. These are commands for this node alone, so no other node and no client of Kafka's has
/// them.</remarks>
public interface ILogMaintenance
{
    /// <summary>Deletes the segments that the retention of their topic lets go: those that are older than
    /// <c>retention.ms</c>, and the oldest of a partition beyond <c>retention.bytes</c>.</summary>
    /// <param name="topic">The topic, or <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Gives up. What was deleted so far stays so.</param>
    /// <returns>What was deleted.</returns>
    /// <exception cref="StreamLogException">There is no such topic here.</exception>
    ValueTask<RetentionReport> ApplyRetentionAsync(
        string? topic = null, CancellationToken cancellationToken = default);
}
