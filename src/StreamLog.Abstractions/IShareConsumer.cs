namespace StreamLog;

/// <summary>Takes records out of a topic as out of a queue: the consumers of a group share its partitions, each record
/// goes to one of them at a time, and each is done, or not, by itself.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>A record belongs to the consumer that got it until something is said of it or its lock runs out, after 30
/// seconds by default; then another gets it. So a record may be worked at twice where the work takes longer than its
/// lock. Records come in order, but those that are delivered again come later.</para>
/// <para>One reader at a time; what is said of records may be said on any thread. Disposal sends what was said, gives
/// back what was not handed out, and leaves the group.</para>
/// </remarks>
public interface IShareConsumer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Gets the group's name.</summary>
    string Group { get; }

    /// <summary>Reads record after record, and waits where there is none for more.</summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records.</returns>
    IAsyncEnumerable<SharedRecord<TKey, TValue>> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Says that a record is done. It is not delivered again.</summary>
    /// <param name="record">The record, as it was read here. The first that is said of it counts.</param>
    void Accept(SharedRecord<TKey, TValue> record);

    /// <summary>Gives a record back, so that it is delivered again, here or elsewhere. One that was delivered as often
    /// as it may be becomes a dead letter, or is given up where there is no topic for these.</summary>
    /// <param name="record">The record, as it was read here.</param>
    void Release(SharedRecord<TKey, TValue> record);

    /// <summary>Gives a record up: it becomes a dead letter where there is a topic for these, and is not delivered
    /// again.</summary>
    /// <param name="record">The record, as it was read here.</param>
    /// <param name="reason">Why, for the dead letter's headers.</param>
    /// <remarks>The dead letter is durable before the record is given up. If it cannot be written the record is
    /// released, and <see cref="CommitAsync"/> throws.</remarks>
    void Reject(SharedRecord<TKey, TValue> record, Exception? reason = null);

    /// <summary>Keeps a record for as long again as it was locked for: the work on it takes long.</summary>
    /// <param name="record">The record, as it was read here.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the broker has said so.</returns>
    /// <exception cref="StreamLogException">The lock has run out.</exception>
    ValueTask RenewAsync(SharedRecord<TKey, TValue> record, CancellationToken cancellationToken = default);

    /// <summary>Sends what was said of records, and waits until it is durable.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes then.</returns>
    /// <exception cref="StreamLogException">Something that was said since the last call does not hold: a lock had run
    /// out, or a dead letter could not be written. Those records are delivered again.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);
}
