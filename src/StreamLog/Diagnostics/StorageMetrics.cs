using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What a data directory and its logs count with.</summary>
/// <remarks>Owned by its node's <see cref="StreamLogMetrics"/>. Thread-safe.</remarks>
internal sealed class StorageMetrics
{
    private static readonly KeyValuePair<string, object?> FromMemory = new(MetricTags.Source, "memory");
    private static readonly KeyValuePair<string, object?> FromFile = new(MetricTags.Source, "file");

    private readonly Histogram<long> _appendSize;
    private readonly Counter<long> _appendedRecords;
    private readonly Histogram<double> _flushDuration;
    private readonly Counter<long> _flushFailures;
    private readonly Counter<long> _readBytes;
    private readonly Counter<long> _rolled;
    private readonly Counter<long> _wentOffline;
    private readonly Histogram<double> _recoveryDuration;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The node's meter.</param>
    public StorageMetrics(Meter meter)
    {
        _appendSize = meter.CreateHistogram(
            "streamlog.append.size", "By", "Bytes of one write to a partition's log.", tags: null, Buckets.Bytes);
        _appendedRecords = meter.CreateCounter<long>(
            "streamlog.append.records", "{record}", "Records appended to partitions' logs.");
        _flushDuration = meter.CreateHistogram(
            "streamlog.flush.duration", "s", "How long the disk took to make a log durable.", tags: null,
            Buckets.Seconds);
        _flushFailures = meter.CreateCounter<long>(
            "streamlog.flush.failures", "{flush}", "Flushes that the disk refused. Each takes a partition offline.");
        _readBytes = meter.CreateCounter<long>(
            "streamlog.read.bytes", "By", "Bytes of record batches read from partitions' logs.");
        _rolled = meter.CreateCounter<long>(
            "streamlog.segment.rolls", "{segment}", "Segments that were closed and followed by a new one.");
        _wentOffline = meter.CreateCounter<long>(
            "streamlog.partition.failures", "{partition}", "Partitions that went offline.");
        _recoveryDuration = meter.CreateHistogram(
            "streamlog.recovery.duration", "s", "How long opening a partition's log took.", tags: null,
            Buckets.Seconds);
    }

    /// <summary>Gets whether anybody wants to know how long a flush takes.</summary>
    public bool MeasuresFlushes => _flushDuration.Enabled;

    /// <summary>Notes one write to a log.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="records">How many records.</param>
    public void Appended(string topic, long bytes, long records)
    {
        if (_appendSize.Enabled)
            _appendSize.Record(bytes, new KeyValuePair<string, object?>(MetricTags.Topic, topic));
        if (_appendedRecords.Enabled)
            _appendedRecords.Add(records, new KeyValuePair<string, object?>(MetricTags.Topic, topic));
    }

    /// <summary>Notes a flush of a log that went well.</summary>
    /// <param name="duration">How long it took.</param>
    public void Flushed(TimeSpan duration) => _flushDuration.Record(duration.TotalSeconds);

    /// <summary>Notes a flush that the disk refused.</summary>
    public void FlushFailed() => _flushFailures.Add(1);

    /// <summary>Notes what was read.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="isFromMemory">Whether they came from recent appends, without a system call.</param>
    public void Read(long bytes, bool isFromMemory)
    {
        if (_readBytes.Enabled)
            _readBytes.Add(bytes, isFromMemory ? FromMemory : FromFile);
    }

    /// <summary>Notes that a segment was followed by a new one.</summary>
    public void Rolled() => _rolled.Add(1);

    /// <summary>Notes that a partition went offline.</summary>
    /// <param name="topic">Its topic.</param>
    public void WentOffline(string topic)
    {
        if (_wentOffline.Enabled)
            _wentOffline.Add(1, new KeyValuePair<string, object?>(MetricTags.Topic, topic));
    }

    /// <summary>Notes that a log was opened.</summary>
    /// <param name="duration">How long it took.</param>
    public void Recovered(TimeSpan duration) => _recoveryDuration.Record(duration.TotalSeconds);
}
