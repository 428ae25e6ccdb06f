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

    /// <summary>Gets whether the topic keeps the last record of each key, so that records need one.</summary>
    public bool IsCompacted { get; init; }

    /// <summary>Gets the codec to recompress with, or <see langword="null"/> to keep batches as produced.</summary>
    public CompressionType? Compression { get; init; }
}
