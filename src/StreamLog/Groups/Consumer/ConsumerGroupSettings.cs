using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Consumer;

/// <summary>What is set for all groups of the consumer protocol. Immutable. The defaults are Kafka's.</summary>
internal sealed record ConsumerGroupSettings
{
    /// <summary>Gets how long a member may be silent, in milliseconds:
    /// <c>group.consumer.session.timeout.ms</c>.</summary>
    public int SessionTimeoutMs { get; init; } = 45_000;

    /// <summary>Gets how often members are told to send heartbeats, in milliseconds:
    /// <c>group.consumer.heartbeat.interval.ms</c>.</summary>
    public int HeartbeatIntervalMs { get; init; } = 5_000;

    /// <summary>Gets how many members a group may have: <c>group.consumer.max.size</c>.</summary>
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary>Gets the assignors, the default one first: <c>group.consumer.assignors</c>.</summary>
    public IReadOnlyList<IAssignor> Assignors { get; init; } = [new UniformAssignor(), new RangeAssignor()];

    /// <summary>Finds an assignor.</summary>
    /// <param name="name">Its name, or <see langword="null"/> for the default one.</param>
    /// <returns>The assignor, or <see langword="null"/>.</returns>
    public IAssignor? FindAssignor(string? name) =>
        name is null ? Assignors[0] : Assignors.FirstOrDefault(assignor => assignor.Name == name);
}
