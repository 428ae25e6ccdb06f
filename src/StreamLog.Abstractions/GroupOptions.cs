using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>What holds for all groups of a node. Its own consumers are in groups, and so are Kafka's clients.</summary>
public sealed class GroupOptions
{
    /// <summary>Gets or sets the shortest session timeout that a member of the classic protocol may ask for. Kafka
    /// calls it <c>group.min.session.timeout.ms</c>.</summary>
    /// <value>The default is 6 seconds, as Kafka's.</value>
    public TimeSpan MinSessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>Gets or sets the longest session timeout that a member of the classic protocol may ask for. Kafka calls
    /// it <c>group.max.session.timeout.ms</c>.</summary>
    /// <value>The default is 30 minutes, as Kafka's.</value>
    public TimeSpan MaxSessionTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets or sets how many members a group of the classic protocol may have. Kafka calls it
    /// <c>group.max.size</c>.</summary>
    /// <value>The default is 2147483647, as Kafka's: as many as there are.</value>
    [Range(1, int.MaxValue)]
    public int MaxSize { get; set; } = int.MaxValue;

    /// <summary>Gets or sets how long a group of the classic protocol that had no members waits for more of them before
    /// it begins. Kafka calls it <c>group.initial.rebalance.delay.ms</c>.</summary>
    /// <value>The default is zero: the first member begins at once. Kafka's is 3 seconds, for the many clients that a
    /// deployment starts together.</value>
    public TimeSpan InitialRebalanceDelay { get; set; }

    /// <summary>Gets or sets how long a member of the consumer protocol may be silent before it is given up. Kafka
    /// calls it <c>group.consumer.session.timeout.ms</c>.</summary>
    /// <value>The default is 45 seconds, as Kafka's.</value>
    public TimeSpan ConsumerSessionTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Gets or sets how often members of the consumer protocol are told to send heartbeats. Kafka calls it
    /// <c>group.consumer.heartbeat.interval.ms</c>.</summary>
    /// <value>The default is 5 seconds, as Kafka's. It must be shorter than
    /// <see cref="ConsumerSessionTimeout"/>.</value>
    public TimeSpan ConsumerHeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how many members a group of the consumer protocol may have. Kafka calls it
    /// <c>group.consumer.max.size</c>.</summary>
    /// <value>The default is 2147483647, as Kafka's: as many as there are.</value>
    [Range(1, int.MaxValue)]
    public int ConsumerMaxSize { get; set; } = int.MaxValue;

    /// <summary>Gets or sets which groups change their protocol while they have members. One without members always
    /// takes that of the first who joins. Kafka calls it <c>group.consumer.migration.policy</c>.</summary>
    /// <value>The default is <see cref="GroupMigrationPolicy.Bidirectional"/>, as Kafka's.</value>
    public GroupMigrationPolicy MigrationPolicy { get; set; }
}
