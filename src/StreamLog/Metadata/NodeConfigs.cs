using System.Collections.Immutable;
using System.Globalization;

namespace StreamLog.Metadata;

/// <summary>The settings that all topics and groups of a node begin with, out of its options. Immutable.</summary>
internal sealed class NodeConfigs
{
    private readonly ImmutableSortedDictionary<string, string> _byName;

    /// <summary>Creates the settings of a node.</summary>
    /// <param name="options">The node's options.</param>
    public NodeConfigs(StreamLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LogOptions log = options.Log;
        ImmutableSortedDictionary<string, string>.Builder byName = ClusterDelta.NoConfigs.ToBuilder();
        byName[TopicConfigs.SegmentBytes] = Text(log.SegmentBytes);
        byName[TopicConfigs.SegmentMs] = TopicOptionConfigs.Milliseconds(log.SegmentAge);
        byName[TopicConfigs.MaxMessageBytes] = Text(log.MaxMessageBytes);
        byName[TopicConfigs.IndexIntervalBytes] = Text(log.IndexIntervalBytes);
        byName[TopicConfigs.TimestampType] = log.TimestampType.ToString();
        byName[TopicConfigs.DurabilityName] = options.Durability.ToString();
        byName[TopicConfigs.FlushMs] = TopicOptionConfigs.Milliseconds(options.FlushInterval);
        if (log.Retention is { } retention)
            byName[TopicConfigs.RetentionMs] = TopicOptionConfigs.Milliseconds(retention);
        if (log.RetentionBytes is { } bytes)
            byName[TopicConfigs.RetentionBytes] = Text(bytes);
        foreach (ConfigDefinition definition in TopicConfigs.All)
        {
            if (NodeConfigNames.ValueOf(definition, log.Configs) is { } value)
                byName[definition.Name] = value;
        }

        _byName = byName.ToImmutable();
        GroupDefaults = GroupConfigs.DefaultsOf(options.Groups);
    }

    /// <summary>Gets what groups begin with, by name.</summary>
    public ImmutableSortedDictionary<string, string> GroupDefaults { get; }

    /// <summary>Tells what holds for a topic that does not say, and since when.</summary>
    /// <param name="definition">The setting.</param>
    /// <returns>The value, and whether the options or nobody set it.</returns>
    public (string Value, ConfigSource Source) Get(ConfigDefinition definition) =>
        _byName.TryGetValue(definition.Name, out string? value) && value != definition.Default
            ? (value, ConfigSource.NodeOptions)
            : (definition.Default, ConfigSource.Default);

    /// <summary>Says what is wrong between a topic's settings and those that it inherits.</summary>
    /// <param name="configs">What the topic sets. Legal names and values only.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> where nothing is.</returns>
    public string? FindConflict(IReadOnlyDictionary<string, string> configs) => TopicConfigs.FindConflict(
        name => configs.TryGetValue(name, out string? value) ? value : Get(TopicConfigs.Find(name)!).Value);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
