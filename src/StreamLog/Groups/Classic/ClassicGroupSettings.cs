namespace StreamLog.Groups.Classic;

/// <summary>What holds for all classic groups of a node. The defaults are Kafka's, but for the delay.
/// Immutable.</summary>
internal sealed record ClassicGroupSettings
{
    /// <summary>The settings of a node that was told nothing else.</summary>
    public static readonly ClassicGroupSettings Default = new();

    /// <summary>Gets the shortest session timeout: Kafka's <c>group.min.session.timeout.ms</c>.</summary>
    public int SessionTimeoutMinMs { get; init; } = 6_000;

    /// <summary>Gets the longest session timeout: Kafka's <c>group.max.session.timeout.ms</c>.</summary>
    public int SessionTimeoutMaxMs { get; init; } = 1_800_000;

    /// <summary>Gets how many members a group may have: Kafka's <c>group.max.size</c>.</summary>
    public int SizeMax { get; init; } = int.MaxValue;

    /// <summary>Gets how long a group that was empty waits for more members: Kafka's
    /// <c>group.initial.rebalance.delay.ms</c>. Here it begins at once.</summary>
    public int InitialDelayMs { get; init; }

    /// <summary>Gets how long a new member may wait for the others to join: Kafka's constant.</summary>
    public int NewMemberTimeoutMs { get; init; } = 5 * 60 * 1_000;

    /// <summary>Gets how large the record of a group may be.</summary>
    public int RecordBytesMax { get; init; } = GroupLog.BatchBytesMax - 1_024;
}
