using System.Collections.Frozen;
using System.Globalization;

namespace StreamLog.Metadata;

/// <summary>The names by which a node may set what its topics begin with: those of the topic's settings, and those that
/// Kafka's brokers have for the same, some of them in other units.</summary>
internal static class NodeConfigNames
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;

    // What counts most comes first, as in Kafka: the finer unit wins.
    private static readonly FrozenDictionary<string, (string Name, long UnitMs)[]> OtherUnits =
        new Dictionary<string, (string, long)[]>
        {
            [TopicConfigs.RetentionMs] = [("log.retention.minutes", MinuteMs), ("log.retention.hours", HourMs)],
            [TopicConfigs.SegmentMs] = [("log.roll.hours", HourMs)],
            [TopicConfigs.SegmentJitterMs] = [("log.roll.jitter.hours", HourMs)],
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (ConfigDefinition Definition, long UnitMs)> ByName = Collect();

    /// <summary>Says what is wrong with a setting of a node.</summary>
    /// <param name="name">Its name: a topic's or a broker's.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> where nothing is.</returns>
    public static string? FindFault(string name, string? value)
    {
        if (!ByName.TryGetValue(name, out (ConfigDefinition Definition, long UnitMs) known))
        {
            return TopicConfigs.FindFault(name, value)
                + " Kafka's names of the broker settings that topics inherit are taken too.";
        }

        if (known.UnitMs > 1 && value is not null && !TryScale(value, known.UnitMs, out _))
            return $"The value '{value}' of '{name}' is not legal. Use a whole number, or -1 where there is no bound.";
        return known.Definition.FindFault(value is null ? null : InMilliseconds(value, known.UnitMs));
    }

    /// <summary>Finds the value that a node's settings give to one of its topics' settings.</summary>
    /// <param name="definition">The setting of topics.</param>
    /// <param name="settings">The node's settings. Legal names and values only.</param>
    /// <returns>The value, or <see langword="null"/> where the node sets none.</returns>
    public static string? ValueOf(ConfigDefinition definition, IDictionary<string, string> settings)
    {
        if (settings.TryGetValue(definition.Name, out string? value)
            || (definition.NodeName is { } nodeName && settings.TryGetValue(nodeName, out value)))
        {
            return value.Trim();
        }

        foreach ((string name, long unitMs) in OtherUnits.GetValueOrDefault(definition.Name) ?? [])
        {
            if (settings.TryGetValue(name, out value))
                return InMilliseconds(value, unitMs);
        }

        return null;
    }

    private static FrozenDictionary<string, (ConfigDefinition, long)> Collect()
    {
        Dictionary<string, (ConfigDefinition, long)> names = new(StringComparer.Ordinal);
        foreach (ConfigDefinition definition in TopicConfigs.All)
        {
            names[definition.Name] = (definition, 1);
            if (definition.NodeName is { } nodeName)
                names[nodeName] = (definition, 1);
            foreach ((string name, long unitMs) in OtherUnits.GetValueOrDefault(definition.Name) ?? [])
                names[name] = (definition, unitMs);
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string InMilliseconds(string value, long unitMs) =>
        unitMs > 1 && TryScale(value, unitMs, out long scaled)
            ? scaled.ToString(CultureInfo.InvariantCulture)
            : value;

    private static bool TryScale(string value, long unitMs, out long scaled)
    {
        scaled = -1;
        if (!int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number))
            return false;
        if (number >= 0)
            scaled = number * unitMs;
        return number >= -1;
    }
}
