using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How a node looks after its logs in the background.</summary>
public sealed class MaintenanceOptions
{
    /// <summary>Gets or sets how often segments are looked for that a topic's retention lets go. Kafka calls it
    /// <c>log.retention.check.interval.ms</c>.</summary>
    /// <value>The default is 5 minutes, as Kafka's.</value>
    public TimeSpan RetentionCheckInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how often logs worth compacting are looked for. Kafka calls it
    /// <c>log.cleaner.backoff.ms</c>.</summary>
    /// <value>The default is 15 seconds, as Kafka's.</value>
    public TimeSpan CompactionInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Gets or sets how many bytes compaction may use to remember the keys of a log. A log with more keys is
    /// compacted in several passes. Kafka calls it <c>log.cleaner.dedupe.buffer.size</c>.</summary>
    /// <value>The default is 32 MiB. Kafka's is 128 MiB; the memory is taken only while a log is compacted.</value>
    [Range(1024, int.MaxValue)]
    public int CompactionMapBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Gets or sets how many bytes compaction may read and write in a second. Kafka calls it
    /// <c>log.cleaner.io.max.bytes.per.second</c>.</summary>
    /// <value>The default is <see langword="null"/>: as fast as the disk can.</value>
    [Range(1024, long.MaxValue)]
    public long? CompactionBytesPerSecond { get; set; }

    /// <summary>Gets or sets how often each segment that is no longer written is read through, so that damage is found
    /// while there is still a backup to restore from.</summary>
    /// <value>The default is 7 days; <see langword="null"/> is never.</value>
    public TimeSpan? ScrubInterval { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets how many bytes that reading may take in a second.</summary>
    /// <value>The default is 16 MiB, which a disk hardly notices.</value>
    [Range(1024, long.MaxValue)]
    public long ScrubBytesPerSecond { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets how many bytes are set aside on the disk, in the file <c>streamlog.reserve</c>, so that
    /// records and topics can be deleted when it is full.</summary>
    /// <value>The default is 256 KiB; zero is none. In memory it is at most a sixteenth of the limit.</value>
    [Range(0, int.MaxValue)]
    public int DiskReserveBytes { get; set; } = 256 * 1024;

    /// <summary>Gets or sets how many files of logs are open at once. Those used least recently are closed, and opened
    /// again when they are needed.</summary>
    /// <value>The default is 2048: half of what a process on Linux commonly may open.</value>
    [Range(16, int.MaxValue)]
    public int OpenFilesMax { get; set; } = 2048;

    /// <summary>Gets or sets how many bytes of changes of topics and settings are kept before a snapshot stands in for
    /// them. Kafka calls it <c>metadata.log.max.record.bytes.between.snapshots</c>.</summary>
    /// <value>The default is 20 MiB, as Kafka's: about as many as 200,000 new partitions have.</value>
    [Range(1, int.MaxValue)]
    public int MetadataSnapshotBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Gets or sets how often a snapshot of topics and settings is taken where something has changed. Kafka
    /// calls it <c>metadata.log.max.snapshot.interval.ms</c>.</summary>
    /// <value>The default is an hour, as Kafka's.</value>
    public TimeSpan MetadataSnapshotInterval { get; set; } = TimeSpan.FromHours(1);
}
