namespace StreamLog.Groups.Classic;

/// <summary>Where a classic group stands. The names are Kafka's, which its tools show.</summary>
internal enum ClassicGroupState
{
    /// <summary>It has no members.</summary>
    Empty,

    /// <summary>Its members are to join again.</summary>
    PreparingRebalance,

    /// <summary>They have joined, and wait for the leader to assign.</summary>
    CompletingRebalance,

    /// <summary>They know what they are assigned.</summary>
    Stable,

    /// <summary>It is deleted.</summary>
    Dead,
}
