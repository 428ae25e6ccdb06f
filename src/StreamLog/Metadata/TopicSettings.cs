using System.Globalization;
using StreamLog.Storage;

namespace StreamLog.Metadata;

/// <summary>What holds for one topic, in types instead of texts. Immutable.</summary>
internal sealed record TopicSettings
{
    /// <summary>Gets how its logs are kept.</summary>
    public required LogConfig Log { get; init; }

    /// <summary>Gets what an acknowledgement promises.</summary>
    public required Durability Durability { get; init; }

    /// <summary>Gets how many replicas must be in sync for an append.</summary>
    public required int MinInSyncReplicas { get; init; }

    /// <summary>Works out what holds.</summary>
    /// <param name="node">What topics begin with.</param>
    /// <param name="configs">What the topic sets. Legal names and values only.</param>
    /// <returns>The settings.</returns>
    public static TopicSettings Create(NodeConfigs node, IReadOnlyDictionary<string, string> configs)
    {
        string[] cleanup = ConfigDefinition.Split(Get(TopicConfigs.CleanupPolicy));
        Durability durability = Enum.Parse<Durability>(Get(TopicConfigs.DurabilityName));
        return new TopicSettings
        {
            Durability = durability,
            MinInSyncReplicas = Int32(TopicConfigs.MinInSyncReplicas),
            Log = new LogConfig
            {
                Durability = durability,
                SegmentBytes = Int32(TopicConfigs.SegmentBytes),
                SegmentMs = Int64(TopicConfigs.SegmentMs),
                SegmentIndexBytes = Int32(TopicConfigs.SegmentIndexBytes),
                IndexIntervalBytes = Int32(TopicConfigs.IndexIntervalBytes),
                MaxMessageBytes = Int32(TopicConfigs.MaxMessageBytes),
                TimestampType = Enum.Parse<TimestampType>(Get(TopicConfigs.TimestampType)),
                MessageTimestampBeforeMaxMs = Int64(TopicConfigs.TimestampBeforeMaxMs),
                MessageTimestampAfterMaxMs = Int64(TopicConfigs.TimestampAfterMaxMs),
                IsDeletable = cleanup.Contains(TopicConfigs.CleanupDelete, StringComparer.Ordinal),
                RetentionMs = Int64(TopicConfigs.RetentionMs),
                RetentionBytes = Int64(TopicConfigs.RetentionBytes),
                FileDeleteDelayMs = Int64(TopicConfigs.FileDeleteDelayMs),
                IsCompacted = cleanup.Contains(TopicConfigs.CleanupCompact, StringComparer.Ordinal),
                DeleteRetentionMs = Int64(TopicConfigs.DeleteRetentionMs),
                MinCleanableDirtyRatio = Number(TopicConfigs.MinCleanableDirtyRatio),
                MinCompactionLagMs = Int64(TopicConfigs.MinCompactionLagMs),
                MaxCompactionLagMs = Int64(TopicConfigs.MaxCompactionLagMs),
                SegmentJitterMs = Int64(TopicConfigs.SegmentJitterMs),
                FlushMessages = Int64(TopicConfigs.FlushMessages),
                FlushMs = Int64(TopicConfigs.FlushMs),
                Preallocate = bool.Parse(Get(TopicConfigs.Preallocate)),
                Compression = CompressionOf(Get(TopicConfigs.Compression)),
                CompressionLevel = CompressionOf(Get(TopicConfigs.Compression)) switch
                {
                    CompressionType.Gzip => Int32(TopicConfigs.GzipLevel),
                    CompressionType.Zstd => Int32(TopicConfigs.ZstdLevel),
                    _ => null,
                },
            },
        };

        string Get(string name) =>
            (configs.TryGetValue(name, out string? value) ? value : node.Get(TopicConfigs.Find(name)!).Value).Trim();

        int Int32(string name) => int.Parse(Get(name), CultureInfo.InvariantCulture);

        long Int64(string name) => long.Parse(Get(name), CultureInfo.InvariantCulture);

        double Number(string name) => double.Parse(Get(name), CultureInfo.InvariantCulture);
    }

    /// <summary>Reads the value of <c>compression.type</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The codec, or <see langword="null"/> where batches stay as they were produced.</returns>
    public static CompressionType? CompressionOf(string value) => value switch
    {
        "uncompressed" => CompressionType.None,
        "gzip" => CompressionType.Gzip,
        "snappy" => CompressionType.Snappy,
        "lz4" => CompressionType.Lz4,
        "zstd" => CompressionType.Zstd,
        _ => null,
    };
}
