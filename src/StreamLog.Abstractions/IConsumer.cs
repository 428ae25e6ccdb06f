namespace StreamLog;

/// <summary>Reads records of partitions that the application chooses.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>One reader at a time; the other members may be called beside it, from any thread. Order is kept within a
/// partition.</para>
/// <para>An enumerator yields, waits, or throws: it never stalls in silence.</para>
/// </remarks>
public interface IConsumer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Gets the partitions that are read.</summary>
    IReadOnlyCollection<TopicPartition> Assignment { get; }

    /// <summary>Reads these partitions, and no others, from now on.</summary>
    /// <param name="partitions">The partitions. Those that stay keep their positions.</param>
    /// <param name="startAt">
    /// Where a partition that was not read before begins. <see langword="null"/>: at the group's committed offset, or
    /// where the options' reset policy says if there is none.
    /// </param>
    /// <param name="cancellationToken">Stops the call. The assignment is then as before.</param>
    /// <returns>A task that completes when positions are known.</returns>
    /// <exception cref="StreamLogException">A partition is not there, or there is neither offset nor
    /// policy.</exception>
    ValueTask AssignAsync(
        IEnumerable<TopicPartition> partitions, StartAt? startAt = null, CancellationToken cancellationToken = default);

    /// <summary>Moves the place to read next.</summary>
    /// <param name="partition">A partition of the assignment.</param>
    /// <param name="startAt">The new place.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A task that completes when the position is known. No record from before the seek is yielded after
    /// it.</returns>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    ValueTask SeekAsync(TopicPartition partition, StartAt startAt, CancellationToken cancellationToken = default);

    /// <summary>Stops yielding records of partitions. They stay assigned.</summary>
    /// <param name="partitions">Partitions of the assignment.</param>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    void Pause(params IEnumerable<TopicPartition> partitions);

    /// <summary>Yields records of paused partitions again.</summary>
    /// <param name="partitions">Partitions of the assignment.</param>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    void Resume(params IEnumerable<TopicPartition> partitions);

    /// <summary>Returns the offset of the record that is yielded next.</summary>
    /// <param name="partition">A partition of the assignment.</param>
    /// <returns>The offset.</returns>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    long Position(TopicPartition partition);

    /// <summary>Asks how many offsets lie between the position and the end that consumers may read to.</summary>
    /// <param name="partition">A partition of the assignment.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The number of offsets.</returns>
    ValueTask<long> LagAsync(TopicPartition partition, CancellationToken cancellationToken = default);

    /// <summary>Reads record after record, and waits at the end for more.</summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records.</returns>
    /// <exception cref="StreamLogException">A partition cannot be read.</exception>
    IAsyncEnumerable<Record<TKey, TValue>> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads lists of records.</summary>
    /// <param name="maxRecords">The longest list.</param>
    /// <param name="maxWait">How long to wait for a full list once it has a record.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Lists of at least one record.</returns>
    IAsyncEnumerable<IReadOnlyList<Record<TKey, TValue>>> ReadBatchesAsync(
        int maxRecords, TimeSpan maxWait, CancellationToken cancellationToken = default);

    /// <summary>Reads runs of records of one partition each as bytes, without copying or decoding.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Leases, each of which its receiver disposes. The position moves as a lease is handed out.</returns>
    IAsyncEnumerable<RecordLease> ReadLeasesAsync(CancellationToken cancellationToken = default);

    /// <summary>Commits the positions of all assigned partitions to the options' group.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offsets are as durable as the options say.</returns>
    /// <exception cref="InvalidOperationException">The options name no group.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);

    /// <summary>Commits given offsets to the options' group.</summary>
    /// <param name="offsets">For each partition the offset to read next.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offsets are durable.</returns>
    /// <exception cref="InvalidOperationException">The options name no group.</exception>
    ValueTask CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancellationToken = default);

    /// <summary>Returns the offset that the options' group has committed.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The offset, or <see langword="null"/> if there is none.</returns>
    /// <exception cref="InvalidOperationException">The options name no group.</exception>
    ValueTask<OffsetAndMetadata?> CommittedAsync(
        TopicPartition partition, CancellationToken cancellationToken = default);
}
