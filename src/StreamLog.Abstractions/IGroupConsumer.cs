namespace StreamLog;

/// <summary>Reads a topic on behalf of a group, which remembers how far it has come.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// One reader at a time. A record counts as done when <see cref="Record{TKey, TValue}.Complete"/> was called on it; the
/// committed offset never passes one that is not, whatever the order of completion. Disposal commits what is done.
/// </remarks>
public interface IGroupConsumer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Gets the group's name.</summary>
    string Group { get; }

    /// <summary>Gets the partitions that this member reads.</summary>
    IReadOnlyCollection<TopicPartition> Assignment { get; }

    /// <summary>Reads record after record, and waits at the end for more.</summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records.</returns>
    IAsyncEnumerable<Record<TKey, TValue>> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads lists of records.</summary>
    /// <param name="maxRecords">The longest list.</param>
    /// <param name="maxWait">How long to wait for a full list once it has a record.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Lists of at least one record.</returns>
    IAsyncEnumerable<IReadOnlyList<Record<TKey, TValue>>> ReadBatchesAsync(
        int maxRecords, TimeSpan maxWait, CancellationToken cancellationToken = default);

    /// <summary>Commits what is done: in <see cref="CommitMode.Manual"/> all records yielded so far, else the completed
    /// ones.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offsets are durable.</returns>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);

    /// <summary>Commits everything up to and including a record, in its partition.</summary>
    /// <param name="upToAndIncluding">The record.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offset is durable.</returns>
    ValueTask CommitAsync(Record<TKey, TValue> upToAndIncluding, CancellationToken cancellationToken = default);
}
