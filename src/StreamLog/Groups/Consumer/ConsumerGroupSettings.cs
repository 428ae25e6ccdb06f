using StreamLog.Groups.Assignors;
using StreamLog.Groups.Classic;

namespace StreamLog.Groups.Consumer;

/// <summary>What is set for all groups of the consumer protocol. Immutable. The defaults are Kafka's.</summary>
internal sealed record ConsumerGroupSettings
{
    private const string LocalHostPrefix = "in-process/";

    /// <summary>Gets how long a member may be silent, in milliseconds:
    /// <c>group.consumer.session.timeout.ms</c>.</summary>
    public int SessionTimeoutMs { get; init; } = 45_000;

    /// <summary>Gets how often members are told to send heartbeats, in milliseconds:
    /// <c>group.consumer.heartbeat.interval.ms</c>.</summary>
    public int HeartbeatIntervalMs { get; init; } = 5_000;

    /// <summary>Gets how many members a group may have: <c>group.consumer.max.size</c>.</summary>
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary>Gets what stands for the address of members that live in the node's own process, while it runs this
    /// time.</summary>
    public string LocalHost { get; init; } = LocalHostPrefix;

    /// <summary>Gets which groups change their protocol while they have members:
    /// <c>group.consumer.migration.policy</c>.</summary>
    public GroupMigrationPolicy MigrationPolicy { get; init; } = GroupMigrationPolicy.Bidirectional;

    /// <summary>Gets what holds for a group that changes to the classic protocol.</summary>
    public ClassicGroupSettings Classic { get; init; } = ClassicGroupSettings.Default;

    /// <summary>Gets the assignors, the default one first: <c>group.consumer.assignors</c>.</summary>
    public IReadOnlyList<IAssignor> Assignors { get; init; } = [new UniformAssignor(), new RangeAssignor()];

    /// <summary>Finds an assignor.</summary>
    /// <param name="name">Its name, or <see langword="null"/> for the default one.</param>
    /// <returns>The assignor, or <see langword="null"/>.</returns>
    public IAssignor? FindAssignor(string? name) =>
        name is null ? Assignors[0] : Assignors.FirstOrDefault(assignor => assignor.Name == name);

    /// <summary>Tells whether a member cannot be there any more: it lived in the node's process, and that has ended
    /// since.</summary>
    /// <param name="clientHost">The member's address.</param>
    /// <returns><see langword="true"/> if nobody need wait for its session to end.</returns>
    public bool IsGone(string clientHost) =>
        clientHost.StartsWith(LocalHostPrefix, StringComparison.Ordinal) && clientHost != LocalHost;

    /// <summary>Returns what stands for the address of members in the node's own process.</summary>
    /// <param name="run">What tells this run of the node from others.</param>
    /// <returns>The address.</returns>
    public static string LocalHostOf(Guid run) => LocalHostPrefix + run.ToString("N");
}
