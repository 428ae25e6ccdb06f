using System.Diagnostics;
using System.Runtime.CompilerServices;
using StreamLog.Clients.Producing;
using StreamLog.Diagnostics;

namespace StreamLog.Clients;

/// <summary>A producer whose records carry the context of the activity they were sent in, where somebody
/// listens.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Thread-safe. It owns the producer inside. An awaited append is a <c>send</c> that lasts until it is acknowledged; a
/// record that nobody waits for is a <c>create</c>.
/// </remarks>
internal sealed class TracedProducer<TKey, TValue> : IProducer<TKey, TValue>
{
    private readonly Producer<TKey, TValue> _inner;
    private readonly StreamLogTracing _tracing;

    /// <summary>Creates a producer.</summary>
    /// <param name="inner">What sends.</param>
    /// <param name="tracing">The activities.</param>
    public TracedProducer(Producer<TKey, TValue> inner, StreamLogTracing tracing)
    {
        _inner = inner;
        _tracing = tracing;
    }

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<LogPosition> AppendAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        _tracing.IsListened
            ? TraceAppendAsync(topic, record, cancellationToken)
            : _inner.AppendAsync(topic, record, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        string topic, IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        return _tracing.IsListened
            ? TraceAppendAsync(topic, records, cancellationToken)
            : _inner.AppendAsync(topic, records, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default) =>
        _tracing.IsListened
            ? TraceEnqueueAsync(topic, record, cancellationToken)
            : _inner.EnqueueAsync(topic, record, cancellationToken);

    /// <inheritdoc/>
    public bool TryEnqueue(string topic, ProducerRecord<TKey, TValue> record)
    {
        if (!_tracing.IsListened)
            return _inner.TryEnqueue(topic, record);

        using Activity? activity = _tracing.StartCreate(topic, record.Partition);
        try
        {
            return _inner.TryEnqueue(topic, Inject(record, activity));
        }
        catch (Exception exception) when (Note(activity, exception))
        {
            throw; // Never reached: noting is all that the filter is for.
        }
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private async ValueTask<LogPosition> TraceAppendAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken)
    {
        using Activity? activity = _tracing.StartSend(topic, record.Partition);
        try
        {
            LogPosition position = await _inner
                .AppendAsync(topic, Inject(record, activity), cancellationToken).ConfigureAwait(false);
            if (activity is not null)
                StreamLogTracing.Done(activity, position);
            return position;
        }
        catch (Exception exception) when (Note(activity, exception))
        {
            throw; // Never reached: noting is all that the filter is for.
        }
    }

    private async ValueTask<IReadOnlyList<LogPosition>> TraceAppendAsync(
        string topic, IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken)
    {
        using Activity? activity = _tracing.StartSend(topic, partition: null);
        try
        {
            IReadOnlyList<LogPosition> positions = await _inner
                .AppendAsync(topic, records.Select(record => Inject(record, activity)), cancellationToken)
                .ConfigureAwait(false);
            activity?.SetTag(MetricTags.BatchMessageCount, positions.Count);
            return positions;
        }
        catch (Exception exception) when (Note(activity, exception))
        {
            throw; // Never reached: noting is all that the filter is for.
        }
    }

    private async ValueTask TraceEnqueueAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken)
    {
        using Activity? activity = _tracing.StartCreate(topic, record.Partition);
        try
        {
            await _inner.EnqueueAsync(topic, Inject(record, activity), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Note(activity, exception))
        {
            throw; // Never reached: noting is all that the filter is for.
        }
    }

    // Where the sampler wants no activity, the one around carries its decision on.
    private static ProducerRecord<TKey, TValue> Inject(
        in ProducerRecord<TKey, TValue> record, Activity? activity) =>
        record with { Headers = TraceHeaders.Inject(record.Headers, activity ?? Activity.Current) };

    private static bool Note(Activity? activity, Exception failure)
    {
        if (activity is not null)
            StreamLogTracing.Failed(activity, failure);
        return false;
    }
}
