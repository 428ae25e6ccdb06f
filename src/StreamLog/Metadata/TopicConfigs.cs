using System.Collections.Frozen;
using System.Globalization;

namespace StreamLog.Metadata;

/// <summary>All settings that a topic may have, with Kafka's names, types and meanings.</summary>
/// <remarks>
/// The defaults are Kafka's with these exceptions, which are StreamLog's decisions: everything is kept
/// (<c>retention.ms</c> is -1), segments have 128 MiB and may be smaller than Kafka's least, and what nobody waits for
/// is forced to disk after a second.
/// </remarks>
internal static class TopicConfigs
{
    /// <summary>What cleans old records up.</summary>
    public const string CleanupPolicy = "cleanup.policy";

    /// <summary>How batches are stored.</summary>
    public const string Compression = "compression.type";

    /// <summary>How hard gzip tries.</summary>
    public const string GzipLevel = "compression.gzip.level";

    /// <summary>How hard zstd tries.</summary>
    public const string ZstdLevel = "compression.zstd.level";

    /// <summary>Whose clock stamps the records.</summary>
    public const string TimestampType = "message.timestamp.type";

    /// <summary>How far before now timestamps may lie.</summary>
    public const string TimestampBeforeMaxMs = "message.timestamp.before.max.ms";

    /// <summary>How far after now timestamps may lie.</summary>
    public const string TimestampAfterMaxMs = "message.timestamp.after.max.ms";

    /// <summary>How long records are kept.</summary>
    public const string RetentionMs = "retention.ms";

    /// <summary>How large a partition may become.</summary>
    public const string RetentionBytes = "retention.bytes";

    /// <summary>How long a deleted segment's files stay.</summary>
    public const string FileDeleteDelayMs = "file.delete.delay.ms";

    /// <summary>How long compaction keeps tombstones.</summary>
    public const string DeleteRetentionMs = "delete.retention.ms";

    /// <summary>From which part on that is uncompacted a log is compacted.</summary>
    public const string MinCleanableDirtyRatio = "min.cleanable.dirty.ratio";

    /// <summary>How long a record stays uncompacted at least.</summary>
    public const string MinCompactionLagMs = "min.compaction.lag.ms";

    /// <summary>After how long a record is compacted at the latest.</summary>
    public const string MaxCompactionLagMs = "max.compaction.lag.ms";

    /// <summary>By how much the age of segments is shortened at random.</summary>
    public const string SegmentJitterMs = "segment.jitter.ms";

    /// <summary>After how many records data is forced to disk.</summary>
    public const string FlushMessages = "flush.messages";

    /// <summary>After how long data is forced to disk.</summary>
    public const string FlushMs = "flush.ms";

    /// <summary>Whether space is set aside for whole segments.</summary>
    public const string Preallocate = "preallocate";

    /// <summary>How large a segment becomes.</summary>
    public const string SegmentBytes = "segment.bytes";

    /// <summary>How old a segment becomes.</summary>
    public const string SegmentMs = "segment.ms";

    /// <summary>How large an index becomes.</summary>
    public const string SegmentIndexBytes = "segment.index.bytes";

    /// <summary>How large a batch may be.</summary>
    public const string MaxMessageBytes = "max.message.bytes";

    /// <summary>How densely the offset index is filled.</summary>
    public const string IndexIntervalBytes = "index.interval.bytes";

    /// <summary>How many replicas must be in sync for an append.</summary>
    public const string MinInSyncReplicas = "min.insync.replicas";

    /// <summary>What an acknowledgement promises. StreamLog's own.</summary>
    public const string DurabilityName = "streamlog.durability";

    /// <summary>The policy that deletes old segments.</summary>
    public const string CleanupDelete = "delete";

    /// <summary>The policy that keeps the last record of each key.</summary>
    public const string CleanupCompact = "compact";

    /// <summary>Gets all settings, by name.</summary>
    public static IReadOnlyList<ConfigDefinition> All { get; } =
    [
        .. DefineRetention()
            .Concat(DefineBatches())
            .Concat(DefineFiles())
            .Concat(InertConfigs.Define())
            .OrderBy(definition => definition.Name, StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, ConfigDefinition> ByName =
        All.ToFrozenDictionary(definition => definition.Name, StringComparer.Ordinal);

    /// <summary>Finds a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its definition, or <see langword="null"/> where topics have no such setting.</returns>
    public static ConfigDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Says what is wrong with a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> where nothing is.</returns>
    public static string? FindFault(string name, string? value)
    {
        if (Find(name) is { } definition)
            return definition.FindFault(value);

        return RefusedConfigs.Reasons.TryGetValue(name, out string? reason)
            ? $"The setting '{name}' is not taken. {reason}"
            : $"Topics have no setting '{name}'. The names are Kafka's topic settings, and '{DurabilityName}'.";
    }

    /// <summary>Says what is wrong between settings of which each is legal.</summary>
    /// <param name="get">Gives the value that holds for a topic.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> where nothing is.</returns>
    public static string? FindConflict(Func<string, string> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        long min = long.Parse(get(MinCompactionLagMs), CultureInfo.InvariantCulture);
        long max = long.Parse(get(MaxCompactionLagMs), CultureInfo.InvariantCulture);
        return min > max
            ? $"'{MinCompactionLagMs}' is {min} and '{MaxCompactionLagMs}' is {max}: a record cannot have to stay " +
                "uncompacted for longer than it may. Lower the one or raise the other."
            : null;
    }

    /// <summary>Which records are kept, and for how long.</summary>
    private static ConfigDefinition[] DefineRetention() =>
    [
        new()
        {
            Name = CleanupPolicy,
            NodeName = "log.cleanup.policy",
            Type = ConfigType.List,
            Default = CleanupDelete,
            Allowed = [CleanupDelete, CleanupCompact],
            Documentation = "'delete' lets old segments go by retention.ms and retention.bytes, 'compact' keeps at " +
                "least the last record of each key and asks for keys; both may be given.",
        },
        Number64(DeleteRetentionMs, "log.cleaner.delete.retention.ms", 86_400_000, 0,
            "How long compaction keeps a tombstone, in milliseconds."),
        Number64(FileDeleteDelayMs, "log.segment.delete.delay.ms", 60_000, 0,
            "How long a deleted segment's files stay, in milliseconds."),
        Number64(MaxCompactionLagMs, "log.cleaner.max.compaction.lag.ms", long.MaxValue, 1,
            "After how long a record is compacted at the latest, in milliseconds."),
        new()
        {
            Name = MinCleanableDirtyRatio,
            NodeName = "log.cleaner.min.cleanable.ratio",
            Type = ConfigType.Number,
            Default = "0.5",
            Min = 0,
            Max = 1,
            Documentation = "Which part of a log must be uncompacted before it is worth compacting.",
        },
        Number64(MinCompactionLagMs, "log.cleaner.min.compaction.lag.ms", 0, 0,
            "How long a record stays uncompacted at least, in milliseconds."),
        Number64(RetentionBytes, "log.retention.bytes", -1, double.NegativeInfinity,
            "How large a partition may become before its oldest segments go; -1 keeps everything."),
        Number64(RetentionMs, "log.retention.ms", -1, -1,
            "How long records are kept, in milliseconds; -1 keeps them for ever."),
    ];

    /// <summary>What batches may be, and when they are acknowledged.</summary>
    private static ConfigDefinition[] DefineBatches() =>
    [
        new()
        {
            Name = Compression,
            NodeName = "compression.type",
            Type = ConfigType.Text,
            Default = "producer",
            Allowed = ["uncompressed", "gzip", "snappy", "lz4", "zstd", "producer"],
            Documentation = "How batches are stored: as they were produced ('producer'), or with this codec.",
        },
        new()
        {
            Name = GzipLevel,
            NodeName = GzipLevel,
            Type = ConfigType.Int32,
            Default = "-1",
            Min = -1,
            Max = 9,
            Excluded = 0,
            Documentation = "How hard gzip tries where compression.type is gzip: 1 to 9, or -1 for its default.",
        },
        new()
        {
            Name = ZstdLevel,
            NodeName = ZstdLevel,
            Type = ConfigType.Int32,
            Default = "3",
            Min = -131_072,
            Max = 22,
            Documentation = "How hard zstd tries where compression.type is zstd: up to 22; below zero it is faster.",
        },
        Number32(MaxMessageBytes, "message.max.bytes", (1024 * 1024) + 12, 0,
            "The largest record batch that is taken, compressed as it is stored."),
        Number64(TimestampAfterMaxMs, "log.message.timestamp.after.max.ms", 3_600_000, 0,
            "How far after the node's time a record's timestamp may lie, in milliseconds."),
        Number64(TimestampBeforeMaxMs, "log.message.timestamp.before.max.ms", long.MaxValue, 0,
            "How far before the node's time a record's timestamp may lie, in milliseconds."),
        new()
        {
            Name = TimestampType,
            NodeName = "log.message.timestamp.type",
            Type = ConfigType.Text,
            Default = "CreateTime",
            Allowed = ["CreateTime", "LogAppendTime"],
            Documentation =
                "Whether a record keeps its producer's time ('CreateTime') or gets the node's ('LogAppendTime').",
        },
        Number32(MinInSyncReplicas, "min.insync.replicas", 1, 1,
            "How many replicas must be in sync for an append that all of them acknowledge."),
        new()
        {
            Name = DurabilityName,
            NodeName = DurabilityName,
            Type = ConfigType.Text,
            Default = nameof(Durability.OnCommit),
            Allowed = [nameof(Durability.OnCommit), nameof(Durability.PageCache)],
            Documentation =
                "What an acknowledgement promises: that the record was forced to disk ('OnCommit'), or that the " +
                "operating system has it ('PageCache', as Kafka does).",
        },
    ];

    /// <summary>How the files are kept.</summary>
    private static ConfigDefinition[] DefineFiles() =>
    [
        Number64(FlushMessages, "log.flush.interval.messages", long.MaxValue, 1,
            "After how many records data is forced to disk. Where acknowledgements wait for the disk anyway, it " +
            "has no effect."),
        Number64(FlushMs, "log.flush.interval.ms", 1000, 0,
            "After how many milliseconds data is forced to disk. The node's flush interval holds where it is " +
            "shorter, and where acknowledgements wait for the disk anyway, it has no effect."),
        Number32(IndexIntervalBytes, "log.index.interval.bytes", 4096, 0,
            "After how many bytes of records the offset index gets an entry."),
        new()
        {
            Name = Preallocate,
            NodeName = "log.preallocate",
            Type = ConfigType.Boolean,
            Default = "false",
            Documentation =
                "Whether disk space is set aside for a whole new segment. Without it, StreamLog sets aside as much " +
                "as the segment before has shown to need, wherever the system can.",
        },
        Number32(SegmentBytes, "log.segment.bytes", 128 * 1024 * 1024, 14,
            "The size at which a segment is closed and the next one begun."),
        Number32(SegmentIndexBytes, "log.index.size.max.bytes", 10 * 1024 * 1024, 4,
            "The size at which an index is full, and its segment closed."),
        Number64(SegmentJitterMs, "log.roll.jitter.ms", 0, 0,
            "By how much at most segment.ms is shortened at random, in milliseconds."),
        Number64(SegmentMs, "log.roll.ms", 604_800_000, 1,
            "The age at which a segment is closed and the next one begun, in milliseconds."),
    ];

    private static ConfigDefinition Number32(string name, string nodeName, int value, int min, string documentation) =>
        new()
        {
            Name = name,
            NodeName = nodeName,
            Type = ConfigType.Int32,
            Default = value.ToString(CultureInfo.InvariantCulture),
            Min = min,
            Documentation = documentation,
        };

    private static ConfigDefinition Number64(
        string name, string nodeName, long value, double min, string documentation) =>
        new()
        {
            Name = name,
            NodeName = nodeName,
            Type = ConfigType.Int64,
            Default = value.ToString(CultureInfo.InvariantCulture),
            Min = min,
            Documentation = documentation,
        };
}
