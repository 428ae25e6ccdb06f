using System.Collections.Concurrent;
using StreamLog.Diagnostics;

namespace StreamLog.Clients.Consuming;

/// <summary>Measures how long a group takes for each record, where somebody wants to know.</summary>
/// <remarks>
/// Thread-safe. It remembers the records that are handed out and not done, up to a limit; those beyond it are not
/// measured.
/// </remarks>
internal sealed class ProcessingTimes
{
    private const int CountMax = 10_000;

    private readonly ConcurrentDictionary<(TopicPartition Partition, long Offset), long> _startedAt = new();
    private readonly ClientMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly string _group;
    private int _count;

    /// <summary>Creates a measure of nothing.</summary>
    /// <param name="metrics">What counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="group">The group.</param>
    public ProcessingTimes(ClientMetrics metrics, TimeProvider time, string group)
    {
        _metrics = metrics;
        _time = time;
        _group = group;
    }

    /// <summary>Notes that a record is about to be handed out.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    public void Begin(TopicPartition partition, long offset)
    {
        if (!_metrics.MeasuresProcessing || Volatile.Read(ref _count) >= CountMax)
            return;
        if (_startedAt.TryAdd((partition, offset), _time.GetTimestamp()))
            Interlocked.Increment(ref _count);
    }

    /// <summary>Notes that a record is done.</summary>
    /// <param name="position">Its place.</param>
    public void Complete(LogPosition position)
    {
        if (Volatile.Read(ref _count) == 0
            || !_startedAt.TryRemove((position.TopicPartition, position.Offset), out long startedAt))
        {
            return;
        }

        Interlocked.Decrement(ref _count);
        _metrics.Processed(position.TopicPartition, _group, _time.GetElapsedTime(startedAt));
    }
}
