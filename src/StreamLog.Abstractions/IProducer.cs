using System.Runtime.CompilerServices;

namespace StreamLog;

/// <summary>Appends records to topics.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>Thread-safe. Records that one thread appends to one partition stand there in that order, each once, whatever
/// is retried (Kafka's idempotent producer).</para>
/// <para>The verbs say what is awaited. <c>Append</c>: the record is acknowledged as the topic's durability promises,
/// on disk by default. <c>Enqueue</c>: there is room for it. <c>TryEnqueue</c>: nothing. <c>Flush</c>: all before it
/// are acknowledged, or the first failure is thrown.</para>
/// </remarks>
public interface IProducer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>Appends a record and waits until it is acknowledged.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">
    /// Before the record is admitted: nothing is appended. After: only the wait stops, and the record may still be
    /// appended.
    /// </param>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="StreamLogException">
    /// The record was refused, or its outcome is unknown (<see cref="StreamLogException.IsOutcomeUnknown"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The producer was disposed.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    // So that "new(key, value)" means a record and not a collection of them.
    [OverloadResolutionPriority(1)]
    ValueTask<LogPosition> AppendAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default);

    /// <summary>Appends many records and waits until all are acknowledged.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="records">The records, in order.</param>
    /// <param name="cancellationToken">Stops admitting further records, and stops the wait.</param>
    /// <returns>Where the records stand, in their order.</returns>
    /// <exception cref="StreamLogException">The first failure. Records before and behind it may have been
    /// appended.</exception>
    ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        string topic, IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default);

    /// <summary>Waits for room and hands a record over. What becomes of it, <see cref="FlushAsync"/> tells.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">Stops the wait for room. Nothing is appended then.</param>
    /// <returns>A task that completes when the record is admitted.</returns>
    /// <exception cref="StreamLogException">The record was refused.</exception>
    ValueTask EnqueueAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default);

    /// <summary>Hands a record over if there is room at once.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record.</param>
    /// <returns>
    /// <see langword="false"/> if there is no room now, or if the topic's partitions are not known yet. Nothing is
    /// appended then.
    /// </returns>
    /// <exception cref="StreamLogException">The record was refused.</exception>
    bool TryEnqueue(string topic, ProducerRecord<TKey, TValue> record);

    /// <summary>Sends what is waiting, without lingering, and waits until all records admitted before are
    /// acknowledged.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes then.</returns>
    /// <exception cref="StreamLogException">
    /// The first failure of a record that was enqueued since the last flush. It is thrown once.
    /// </exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
