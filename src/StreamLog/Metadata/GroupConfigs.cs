using System.Collections.Immutable;
using System.Globalization;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>The settings of one group: those of Kafka's that share groups have. Stateless.</summary>
internal static class GroupConfigs
{
    /// <summary>Where a share group begins in a partition that it has not read yet.</summary>
    public const string AutoOffsetReset = "share.auto.offset.reset";

    /// <summary>Whether a share group reads what open transactions append.</summary>
    public const string IsolationLevel = "share.isolation.level";

    /// <summary>How long a member of a share group may have a record, in milliseconds.</summary>
    public const string LockDuration = "share.record.lock.duration.ms";

    // Kafka's group.share.min.record.lock.duration.ms and its max.
    private const int LockDurationMin = 15_000;
    private const int LockDurationMax = 60_000;

    /// <summary>Gets what holds where a group does not say, by name: Kafka's defaults.</summary>
    public static ImmutableSortedDictionary<string, string> Defaults { get; } = ClusterDelta.NoConfigs
        .Add(AutoOffsetReset, "latest")
        .Add(IsolationLevel, "read_uncommitted")
        .Add(LockDuration, "30000");

    /// <summary>Tells what holds for a group.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="config">The setting.</param>
    /// <returns>The value.</returns>
    public static string Get(ClusterImage image, string group, string config) =>
        image.ConfigsOf(ConfigResourceType.Group, group).GetValueOrDefault(config) ?? Defaults[config];

    /// <summary>Decides on changes of a group's settings: all of them or none.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="group">The group.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="records">Takes the records.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static ControllerError? Decide(
        ClusterImage image,
        ConfigResource group,
        List<IncrementalAlterConfigsRequest.AlterableConfig> changes,
        List<IMetadataRecord> records)
    {
        if (group.Name.Length == 0)
            return new ControllerError(ErrorCode.InvalidRequest, "A group's name may not be empty.");

        ImmutableSortedDictionary<string, string> before = image.ConfigsOf(group.Type, group.Name);
        List<IMetadataRecord> own = [];
        foreach (IncrementalAlterConfigsRequest.AlterableConfig change in changes)
        {
            bool isSet = change.ConfigOperation == (sbyte)ConfigOperation.Set;
            if (!isSet && change.ConfigOperation != (sbyte)ConfigOperation.Delete)
                return new ControllerError(ErrorCode.InvalidConfig, $"'{change.Name}' is no list. Set it.");
            string? value = isSet ? change.Value?.Trim() : null;
            if (FindFault(change.Name, value, isSet) is { } fault)
                return new ControllerError(ErrorCode.InvalidConfig, fault);
            if (before.GetValueOrDefault(change.Name) == value)
                continue;

            own.Add(new ConfigRecord
            {
                ResourceType = (sbyte)group.Type,
                ResourceName = group.Name,
                Name = change.Name,
                Value = value,
            });
        }

        records.AddRange(own);
        return null;
    }

    private static string? FindFault(string name, string? value, bool isSet)
    {
        if (!Defaults.ContainsKey(name))
            return $"There is no setting '{name}' of groups. There are: {string.Join(", ", Defaults.Keys)}.";
        bool isLegal = !isSet || name switch
        {
            AutoOffsetReset => value is "earliest" or "latest",
            IsolationLevel => value is "read_committed" or "read_uncommitted",
            _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int duration)
                && duration is >= LockDurationMin and <= LockDurationMax,
        };
        return isLegal ? null : $"'{value}' is no value of {name}. " + name switch
        {
            AutoOffsetReset => "Use earliest or latest.",
            IsolationLevel => "Use read_committed or read_uncommitted.",
            _ => $"Use {LockDurationMin} to {LockDurationMax}.",
        };
    }
}
