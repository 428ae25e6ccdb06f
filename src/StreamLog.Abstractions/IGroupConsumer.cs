namespace StreamLog;

/// <summary>A member of a group, which shares topics among its members and remembers how far it has come.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>One reader at a time; the other members may be called beside it, from any thread. The consumer joins with the
/// first enumeration. Each partition is read by one member at a time; as members come and go, partitions move, and only
/// those that move pause. One goes on to another member when the reader has come back for the next record, the
/// <see cref="ConsumerOptions.RebalanceListener"/> has finished, and what is done is committed.</para>
/// <para>A record counts as done when <see cref="Record{TKey, TValue}.Complete"/> was called on it; the committed
/// offset never passes one that is not, whatever the order of completion. Disposal commits what is done, and leaves the
/// group.</para>
/// <para>A reader that keeps a record for longer than <see cref="ConsumerOptions.MaxPollInterval"/>, or comes for none
/// any more, has its partitions taken from it: a warning is logged, the listener hears that they are lost, commits of
/// them fail. It joins again as it comes for the next record.</para>
/// </remarks>
public interface IGroupConsumer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Gets the group's name.</summary>
    string Group { get; }

    /// <summary>Gets the id under which the group knows this member; <see langword="null"/> while it is not in the
    /// group.</summary>
    string? MemberId { get; }

    /// <summary>Gets the partitions that this member reads now.</summary>
    IReadOnlyCollection<TopicPartition> Assignment { get; }

    /// <summary>Asks how many offsets lie between the record that is yielded next and the end that consumers may read
    /// to, for each partition that this member reads.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The numbers of offsets. A partition that has moved meanwhile is left out.</returns>
    /// <exception cref="StreamLogException">A partition cannot be asked.</exception>
    ValueTask<IReadOnlyDictionary<TopicPartition, long>> LagAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads record after record, and waits at the end for more.</summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records.</returns>
    /// <exception cref="StreamLogException">A topic is not there, a partition cannot be read, or the group refuses this
    /// member.</exception>
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
    /// <exception cref="StreamLogException">The member was put out of the group
    /// (<see cref="ErrorCode.UnknownMemberId"/>), or the offsets cannot be kept.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);

    /// <summary>Commits everything up to and including a record, in its partition.</summary>
    /// <param name="upToAndIncluding">The record.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offset is durable.</returns>
    /// <exception cref="StreamLogException">The partition is not this member's any more
    /// (<see cref="ErrorCode.RebalanceInProgress"/>), or the member was put out of the group
    /// (<see cref="ErrorCode.UnknownMemberId"/>).</exception>
    ValueTask CommitAsync(Record<TKey, TValue> upToAndIncluding, CancellationToken cancellationToken = default);
}
