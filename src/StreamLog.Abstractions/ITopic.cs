using System.Runtime.CompilerServices;

namespace StreamLog;

/// <summary>One topic, ready to append to and to read.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Thread-safe. The verbs are those of <see cref="IProducer{TKey, TValue}"/>, over one producer that the node shares
/// between all users of the topic. A handle needs no disposal.
/// </remarks>
public interface ITopic<TKey, TValue>
{
    /// <summary>Gets the topic's name.</summary>
    string Name { get; }

    /// <summary>Appends a record and waits until it is acknowledged as the topic's durability promises: on disk by
    /// default.</summary>
    /// <param name="key">The key. <see langword="null"/> becomes a record without a key.</param>
    /// <param name="value">The value. <see langword="null"/> becomes a tombstone.</param>
    /// <param name="cancellationToken">
    /// Before the record is admitted: nothing is appended. After: only the wait stops, and the record may still be
    /// appended.
    /// </param>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="StreamLogException">The record was refused, or its outcome is unknown.</exception>
    ValueTask<LogPosition> AppendAsync(TKey key, TValue value, CancellationToken cancellationToken = default);

    /// <summary>Appends a value under the key that the topic's key selector takes from it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">See <see cref="AppendAsync(TKey, TValue, CancellationToken)"/>.</param>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="InvalidOperationException">The topic was registered without a key selector.</exception>
    ValueTask<LogPosition> AppendAsync(TValue value, CancellationToken cancellationToken = default);

    /// <summary>Appends a record with everything that may be said about it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">See <see cref="AppendAsync(TKey, TValue, CancellationToken)"/>.</param>
    /// <returns>Where the record stands.</returns>
    // So that "new(key, value)" means a record and not a value.
    [OverloadResolutionPriority(1)]
    ValueTask<LogPosition> AppendAsync(
        ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default);

    /// <summary>Appends many records and waits until all are acknowledged.</summary>
    /// <param name="records">The records, in order.</param>
    /// <param name="cancellationToken">Stops admitting further records, and stops the wait.</param>
    /// <returns>Where the records stand, in their order.</returns>
    ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default);

    /// <summary>Waits for room and hands a record over. What becomes of it, <see cref="FlushAsync"/> tells.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Stops the wait for room. Nothing is appended then.</param>
    /// <returns>A task that completes when the record is admitted.</returns>
    ValueTask EnqueueAsync(TKey key, TValue value, CancellationToken cancellationToken = default);

    /// <summary>Waits for room and hands a record over.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">Stops the wait for room. Nothing is appended then.</param>
    /// <returns>A task that completes when the record is admitted.</returns>
    ValueTask EnqueueAsync(ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default);

    /// <summary>Hands a record over if there is room at once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns><see langword="false"/> if there is no room now. Nothing is appended then.</returns>
    bool TryEnqueue(TKey key, TValue value);

    /// <summary>Waits until all records admitted before are acknowledged, and throws the first failure.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes then.</returns>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads all partitions of the topic, like a file.</summary>
    /// <param name="startAt">Where to begin.</param>
    /// <param name="follow">
    /// <see langword="false"/>: ends at the high watermarks taken at the start. <see langword="true"/>: waits there for
    /// more.
    /// </param>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The records, in order within each partition.</returns>
    IAsyncEnumerable<Record<TKey, TValue>> ReadAsync(
        StartAt startAt, bool follow = false, CancellationToken cancellationToken = default);

    /// <summary>Reads the topic on behalf of a group.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="configure">Sets options of this consumer, on top of the node's.</param>
    /// <returns>A consumer, which the caller disposes.</returns>
    IGroupConsumer<TKey, TValue> Consume(string group, Action<ConsumerOptions>? configure = null);

    /// <summary>Takes records out of the topic as out of a queue, shared with the other consumers of a group.</summary>
    /// <param name="group">The group's name. It is no group of <see cref="Consume"/>.</param>
    /// <param name="configure">Sets options of this consumer.</param>
    /// <returns>A consumer, which the caller disposes.</returns>
    IShareConsumer<TKey, TValue> ConsumeShared(string group, Action<ShareConsumerOptions>? configure = null);
}
