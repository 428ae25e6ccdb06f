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

    /// <summary>Gets the damage that reading through segments has found, and that nothing has mended since.</summary>
    /// <remarks>Each read takes a new picture.</remarks>
    IReadOnlyList<ScrubFinding> Findings { get; }

    /// <summary>Reads through the segments that are no longer written, and reports what is not what was written. It
    /// changes nothing.</summary>
    /// <param name="topic">The topic, or <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was read and found.</returns>
    /// <remarks>In the background the same is done as often as <see cref="MaintenanceOptions.ScrubInterval"/> says.
    /// Both keep to <see cref="MaintenanceOptions.ScrubBytesPerSecond"/>.</remarks>
    /// <exception cref="StreamLogException">There is no such topic here.</exception>
    ValueTask<ScrubReport> ScrubAsync(string? topic = null, CancellationToken cancellationToken = default);

    /// <summary>Cuts what is damaged out of a partition, and brings it online again. It gives up records: restore them
    /// from a backup instead where there is one.</summary>
    /// <param name="partition">The partition, offline or online. What the node keeps its metadata in cannot be
    /// repaired.</param>
    /// <param name="cancellationToken">Gives up before the repair begins. A repair that has begun is finished.</param>
    /// <returns>What is lost, and where copies of it are.</returns>
    /// <remarks>
    /// <para>What is cut out is copied to a <c>.cut</c> file in the partition's directory first. Offsets keep their
    /// places: batches without records stand for those that are lost, as compaction leaves them. Records that cannot be
    /// trusted for a wrong offset or leader epoch alone are set right and kept.</para>
    /// <para>Meanwhile the partition cannot be used, and clients try again.</para>
    /// </remarks>
    /// <exception cref="StreamLogException">There is no such partition here, or the disk failed or is full. The
    /// partition is as it was then, but for segments that were done.</exception>
    ValueTask<RepairReport> RepairAsync(TopicPartition partition, CancellationToken cancellationToken = default);

    /// <summary>Compacts now: of each key the newest record stays. Everything that is committed takes part, also what
    /// the loop in the background would still leave alone; only <c>min.compaction.lag.ms</c> holds.</summary>
    /// <param name="topic">The topic, or <see langword="null"/> for all whose <c>cleanup.policy</c> has
    /// <c>compact</c>.</param>
    /// <param name="cancellationToken">Gives up. What was compacted so far stays so.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="StreamLogException">There is no such topic here, or it is not compacted.</exception>
    ValueTask<CompactionReport> CompactAsync(string? topic = null, CancellationToken cancellationToken = default);
}
