using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>The settings of one group, of the consumer protocol or a share group: Kafka's. Stateless.</summary>
internal static class GroupConfigs
{
    /// <summary>How long a member of a consumer group may be silent, in milliseconds.</summary>
    public const string ConsumerSessionTimeout = "consumer.session.timeout.ms";

    /// <summary>How often a member of a consumer group is told to send heartbeats, in milliseconds.</summary>
    public const string ConsumerHeartbeatInterval = "consumer.heartbeat.interval.ms";

    /// <summary>How long a member of a share group may be silent, in milliseconds.</summary>
    public const string ShareSessionTimeout = "share.session.timeout.ms";

    /// <summary>How often a member of a share group is told to send heartbeats, in milliseconds.</summary>
    public const string ShareHeartbeatInterval = "share.heartbeat.interval.ms";

    /// <summary>Where a share group begins in a partition that it has not read yet.</summary>
    public const string AutoOffsetReset = "share.auto.offset.reset";

    /// <summary>Whether a share group reads what open transactions append.</summary>
    public const string IsolationLevel = "share.isolation.level";

    /// <summary>How long a member of a share group may have a record, in milliseconds.</summary>
    public const string LockDuration = "share.record.lock.duration.ms";

    /// <summary>Gets what holds where neither a group nor the node says, by name: Kafka's defaults.</summary>
    public static ImmutableSortedDictionary<string, string> Defaults { get; } = ClusterDelta.NoConfigs
        .Add(ConsumerSessionTimeout, "45000")
        .Add(ConsumerHeartbeatInterval, "5000")
        .Add(ShareSessionTimeout, "45000")
        .Add(ShareHeartbeatInterval, "5000")
        .Add(AutoOffsetReset, "latest")
        .Add(IsolationLevel, "read_uncommitted")
        .Add(LockDuration, "30000");

    // Kafka's brokers have bounds for each, such as group.consumer.min.session.timeout.ms; these are their defaults.
    private static readonly FrozenDictionary<string, (int Min, int Max)> Ranges =
        new Dictionary<string, (int, int)>
        {
            [ConsumerSessionTimeout] = (45_000, 60_000),
            [ConsumerHeartbeatInterval] = (5_000, 15_000),
            [ShareSessionTimeout] = (45_000, 60_000),
            [ShareHeartbeatInterval] = (5_000, 15_000),
            [LockDuration] = (15_000, 60_000),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Tells whether a setting is a number.</summary>
    /// <param name="config">The setting.</param>
    /// <returns><see langword="true"/> for a number, <see langword="false"/> for a text.</returns>
    public static bool IsNumber(string config) => Ranges.ContainsKey(config);

    /// <summary>Tells what a node's groups begin with.</summary>
    /// <param name="options">The node's options of groups.</param>
    /// <returns>The values, by name.</returns>
    public static ImmutableSortedDictionary<string, string> DefaultsOf(GroupOptions options) => Defaults
        .SetItem(ConsumerSessionTimeout, TopicOptionConfigs.Milliseconds(options.ConsumerSessionTimeout))
        .SetItem(ConsumerHeartbeatInterval, TopicOptionConfigs.Milliseconds(options.ConsumerHeartbeatInterval));

    /// <summary>Tells what holds for a group.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="config">The setting.</param>
    /// <returns>The value.</returns>
    public static string Get(ClusterImage image, string group, string config) =>
        image.ConfigsOf(ConfigResourceType.Group, group).GetValueOrDefault(config) ?? Defaults[config];

    /// <summary>Tells which time holds for a group.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="config">The setting.</param>
    /// <param name="byDefault">What holds where the group does not say.</param>
    /// <returns>The time, in milliseconds.</returns>
    public static int Milliseconds(ClusterImage image, string group, string config, int byDefault) =>
        image.ConfigsOf(ConfigResourceType.Group, group).TryGetValue(config, out string? value)
            ? int.Parse(value, CultureInfo.InvariantCulture)
            : byDefault;

    /// <summary>Decides on changes of a group's settings: all of them or none.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="node">What groups begin with.</param>
    /// <param name="group">The group.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="records">Takes the records.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static ControllerError? Decide(
        ClusterImage image,
        NodeConfigs node,
        ConfigResource group,
        List<IncrementalAlterConfigsRequest.AlterableConfig> changes,
        List<IMetadataRecord> records)
    {
        if (group.Name.Length == 0)
            return new ControllerError(ErrorCode.InvalidRequest, "A group's name may not be empty.");

        ImmutableSortedDictionary<string, string> before = image.ConfigsOf(group.Type, group.Name);
        ImmutableSortedDictionary<string, string> after = before;
        List<IMetadataRecord> own = [];
        foreach (IncrementalAlterConfigsRequest.AlterableConfig change in changes)
        {
            bool isSet = change.ConfigOperation == (sbyte)ConfigOperation.Set;
            if (!isSet && change.ConfigOperation != (sbyte)ConfigOperation.Delete)
                return new ControllerError(ErrorCode.InvalidConfig, $"'{change.Name}' is no list. Set it.");
            string? value = isSet ? change.Value?.Trim() : null;
            if (isSet && FindFault(node, change.Name, value) is { } fault)
                return new ControllerError(ErrorCode.InvalidConfig, fault);
            if (before.GetValueOrDefault(change.Name) == value)
                continue;

            after = value is null ? after.Remove(change.Name) : after.SetItem(change.Name, value);
            own.Add(new ConfigRecord
            {
                ResourceType = (sbyte)group.Type,
                ResourceName = group.Name,
                Name = change.Name,
                Value = value,
            });
        }

        string? conflict = FindConflict(node, after, ConsumerSessionTimeout, ConsumerHeartbeatInterval)
            ?? FindConflict(node, after, ShareSessionTimeout, ShareHeartbeatInterval);
        if (conflict is not null)
            return new ControllerError(ErrorCode.InvalidConfig, conflict);

        records.AddRange(own);
        return null;
    }

    private static string? FindFault(NodeConfigs node, string name, string? value)
    {
        if (!Defaults.ContainsKey(name))
            return $"There is no setting '{name}' of groups. There are: {string.Join(", ", Defaults.Keys)}.";
        if (Ranges.TryGetValue(name, out (int Min, int Max) range))
        {
            // What the node's options set is legal for each of its groups.
            int own = int.Parse(node.GroupDefaults[name], CultureInfo.InvariantCulture);
            (int min, int max) = (Math.Min(range.Min, own), Math.Max(range.Max, own));
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number >= min && number <= max
                    ? null
                    : string.Create(
                        CultureInfo.InvariantCulture, $"'{value}' is no value of {name}. Use {min} to {max}.");
        }

        return name switch
        {
            AutoOffsetReset when value is not ("earliest" or "latest") =>
                $"'{value}' is no value of {name}. Use earliest or latest.",
            IsolationLevel when value is not ("read_committed" or "read_uncommitted") =>
                $"'{value}' is no value of {name}. Use read_committed or read_uncommitted.",
            _ => null,
        };
    }

    private static string? FindConflict(
        NodeConfigs node, ImmutableSortedDictionary<string, string> configs, string session, string interval)
    {
        int sessionMs = Milliseconds(session);
        int intervalMs = Milliseconds(interval);
        return sessionMs > intervalMs
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"'{session}' is {sessionMs} and '{interval}' is {intervalMs}: a session must be longer than the " +
                $"time between two heartbeats. Raise the one or lower the other.");

        int Milliseconds(string name) => int.Parse(
            configs.GetValueOrDefault(name) ?? node.GroupDefaults[name], CultureInfo.InvariantCulture);
    }
}
