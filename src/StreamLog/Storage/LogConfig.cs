namespace StreamLog.Storage;

/// <summary>How one partition's log is kept. The defaults are Kafka's, but for durability.</summary>
internal sealed record LogConfig
{
    /// <summary>Gets how large a segment's log file may become (<c>segment.bytes</c>).</summary>
    public int SegmentBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>Gets how many milliseconds of timestamps a segment may span (<c>segment.ms</c>).</summary>
    public long SegmentMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary>Gets how many bytes of log lie between two index entries (<c>index.interval.bytes</c>).</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary>Gets how large an index file may become (<c>segment.index.bytes</c>).</summary>
    public int SegmentIndexBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Gets how large a batch may be (<c>max.message.bytes</c>).</summary>
    public int MaxMessageBytes { get; init; } = 1024 * 1024 + 12;

    /// <summary>Gets whose clock gives the timestamps (<c>message.timestamp.type</c>).</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary>Gets how far before now a timestamp may lie (<c>message.timestamp.before.max.ms</c>).</summary>
    public long MessageTimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary>Gets how far after now a timestamp may lie (<c>message.timestamp.after.max.ms</c>): an hour.</summary>
    public long MessageTimestampAfterMaxMs { get; init; } = 60L * 60 * 1000;

    /// <summary>Gets what an acknowledged append promises: the log's owner decides by it what it waits for.</summary>
    public Durability Durability { get; init; } = Durability.OnCommit;

    /// <summary>Gets whether old segments go by time and size, and records on request (<c>cleanup.policy</c> has
    /// <c>delete</c>).</summary>
    public bool IsDeletable { get; init; } = true;

    /// <summary>Gets how long records are kept (<c>retention.ms</c>); -1 is for ever.</summary>
    public long RetentionMs { get; init; } = -1;

    /// <summary>Gets how large the log may become (<c>retention.bytes</c>); -1 is without bounds.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary>Gets how long a deleted segment's files stay (<c>file.delete.delay.ms</c>).</summary>
    public long FileDeleteDelayMs { get; init; } = 60_000;

    /// <summary>Gets whether the topic keeps the last record of each key, so that records need one
    /// (<c>cleanup.policy</c> has <c>compact</c>).</summary>
    public bool IsCompacted { get; init; }

    /// <summary>Gets how long compaction keeps a tombstone (<c>delete.retention.ms</c>).</summary>
    public long DeleteRetentionMs { get; init; } = 24L * 60 * 60 * 1000;

    /// <summary>Gets which part of a log must be uncompacted before it is worth compacting
    /// (<c>min.cleanable.dirty.ratio</c>).</summary>
    public double MinCleanableDirtyRatio { get; init; } = 0.5;

    /// <summary>Gets how long a record stays uncompacted at least (<c>min.compaction.lag.ms</c>).</summary>
    public long MinCompactionLagMs { get; init; }

    /// <summary>Gets after how long a record is compacted at the latest (<c>max.compaction.lag.ms</c>).</summary>
    public long MaxCompactionLagMs { get; init; } = long.MaxValue;

    /// <summary>Gets by how much <see cref="SegmentMs"/> is shortened at most, at random for each segment
    /// (<c>segment.jitter.ms</c>).</summary>
    public long SegmentJitterMs { get; init; }

    /// <summary>Gets after how many records the log is forced to disk (<c>flush.messages</c>).</summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary>Gets after how many milliseconds the log is forced to disk (<c>flush.ms</c>). The directory's flush
    /// interval holds where it is shorter.</summary>
    public long FlushMs { get; init; } = long.MaxValue;

    /// <summary>Gets how many milliseconds of timestamps a segment spans at most: a compacted log's are closed in time
    /// to be compacted.</summary>
    public long SegmentMsMax => IsCompacted ? Math.Min(MaxCompactionLagMs, SegmentMs) : SegmentMs;

    /// <summary>Gets whether disk space is set aside for a whole new segment (<c>preallocate</c>). Without it, the
    /// space grows with the segment.</summary>
    public bool Preallocate { get; init; }

    /// <summary>Gets the codec to recompress with, or <see langword="null"/> to keep batches as produced.</summary>
    public CompressionType? Compression { get; init; }

    /// <summary>Gets how hard that codec tries (<c>compression.gzip.level</c> and the like), or
    /// <see langword="null"/> where it has no levels.</summary>
    public int? CompressionLevel { get; init; }
}
