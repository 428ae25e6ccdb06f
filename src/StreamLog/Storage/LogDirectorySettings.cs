namespace StreamLog.Storage;

/// <summary>How one data directory is kept, and whose it is.</summary>
internal sealed record LogDirectorySettings
{
    /// <summary>Gets the node that owns the directory. A directory of another node is refused.</summary>
    public int NodeId { get; init; }

    /// <summary>
    /// Gets the cluster that the directory must belong to, or <see langword="null"/> to take what it says; a new
    /// directory then gets a new cluster.
    /// </summary>
    public string? ClusterId { get; init; }

    /// <summary>Gets how soon page-cache writes reach the disk, and flush marks with them: every second.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets how often recovery points and high watermarks are written: every minute, as
    /// <c>log.flush.offset.checkpoint.interval.ms</c> has it.
    /// </summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets how many files are flushed at once. Four saturate a consumer SSD.</summary>
    public int ParallelFlushMax { get; init; } = 4;

    /// <summary>Gets how many bytes of recent appends each partition keeps in memory for readers at its tail.</summary>
    public int TailCacheBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Gets how many bytes all partitions together keep in memory for readers at their tails. The partition
    /// that was appended to longest ago gives up its own first.</summary>
    public long TailCachesBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Gets how many appends each partition keeps in memory for readers at its tail.</summary>
    public int TailCacheEntriesMax { get; init; } = 256;

    /// <summary>Gets how often old segments are looked for (<c>log.retention.check.interval.ms</c>).</summary>
    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how often logs worth compacting are looked for (<c>log.cleaner.backoff.ms</c>).</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets how many bytes compaction may use to remember keys
    /// (<c>log.cleaner.dedupe.buffer.size</c>).</summary>
    public int CompactionMapBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Gets how many bytes compaction may read and write in a second, or <see langword="null"/>
    /// (<c>log.cleaner.io.max.bytes.per.second</c>).</summary>
    public long? CompactionBytesPerSecond { get; init; }

    /// <summary>Gets how often each sealed segment is read through, or <see langword="null"/> for never.</summary>
    public TimeSpan? ScrubInterval { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Gets how many bytes scrubbing may read in a second.</summary>
    public long ScrubBytesPerSecond { get; init; } = 16 * 1024 * 1024;

    /// <summary>Gets how many bytes of disk are set aside so that records can be deleted on a full one.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Gets how many files of logs may be open at once.</summary>
    public int OpenFilesMax { get; init; } = 2048;

    /// <summary>Gets who is told how far a start has come, if anybody is.</summary>
    public IProgress<RecoveryProgress>? RecoveryProgress { get; init; }

    /// <summary>Takes the settings that a node has of its maintenance.</summary>
    public LogDirectorySettings With(MaintenanceOptions options) => this with
    {
        RetentionCheckInterval = options.RetentionCheckInterval,
        CompactionInterval = options.CompactionInterval,
        CompactionMapBytes = options.CompactionMapBytes,
        CompactionBytesPerSecond = options.CompactionBytesPerSecond,
        ScrubInterval = options.ScrubInterval,
        ScrubBytesPerSecond = options.ScrubBytesPerSecond,
        OpenFilesMax = options.OpenFilesMax,
        ReserveBytes = options.DiskReserveBytes,
    };
}
