using System.Globalization;

namespace StreamLog.Metadata;

/// <summary>Says by Kafka's names what the options of a topic set.</summary>
internal static class TopicOptionConfigs
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    /// <summary>Returns the settings of a topic.</summary>
    /// <param name="options">The topic's options.</param>
    /// <returns>Each setting that is made, by name: those of <see cref="TopicOptions.Configs"/> hold before the
    /// properties.</returns>
    public static IReadOnlyDictionary<string, string> Of(TopicOptions options)
    {
        SortedDictionary<string, string> configs = new(StringComparer.Ordinal);
        Add(configs, TopicConfigs.DurabilityName, options.Durability?.ToString());
        Add(configs, TopicConfigs.CleanupPolicy, options.Cleanup is { } cleanup ? Text(cleanup) : null);
        Add(configs, TopicConfigs.RetentionMs, Milliseconds(options.Retention));
        Add(configs, TopicConfigs.RetentionBytes, Text(options.RetentionBytes));
        Add(configs, TopicConfigs.SegmentBytes, Text(options.SegmentBytes));
        Add(configs, TopicConfigs.SegmentMs, Milliseconds(options.SegmentAge));
        Add(configs, TopicConfigs.MaxMessageBytes, Text(options.MaxMessageBytes));
        Add(configs, TopicConfigs.Compression, options.Compression is { } codec ? Text(codec) : null);
        Add(configs, TopicConfigs.TimestampType, options.TimestampType?.ToString());
        foreach ((string name, string value) in options.Configs)
            configs[name] = value;
        return configs;
    }

    /// <summary>Returns an age as Kafka writes it: in whole milliseconds, of which a shorter one is one, and not
    /// none.</summary>
    /// <param name="value">The age; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <returns>The text.</returns>
    public static string Milliseconds(TimeSpan value) =>
        value == Forever ? "-1"
        : Text(value > TimeSpan.Zero ? Math.Max(1, (long)value.TotalMilliseconds) : 0);

    private static void Add(SortedDictionary<string, string> configs, string name, string? value)
    {
        if (value is not null)
            configs.Add(name, value);
    }

    private static string Text(CleanupPolicy policy) => policy switch
    {
        CleanupPolicy.Compact => TopicConfigs.CleanupCompact,
        CleanupPolicy.CompactAndDelete => $"{TopicConfigs.CleanupCompact},{TopicConfigs.CleanupDelete}",
        _ => TopicConfigs.CleanupDelete,
    };

    private static string Text(CompressionType codec) =>
        codec == CompressionType.None ? "uncompressed" : codec.ToString().ToLowerInvariant();

    private static string? Text(long? value) => value is { } some ? Text(some) : null;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Milliseconds(TimeSpan? value) => value is { } some ? Milliseconds(some) : null;
}
