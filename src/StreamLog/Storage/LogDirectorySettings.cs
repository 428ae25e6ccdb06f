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

    /// <summary>Gets how many appends each partition keeps in memory for readers at its tail.</summary>
    public int TailCacheEntriesMax { get; init; } = 256;
}
