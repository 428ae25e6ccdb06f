namespace StreamLog;

/// <summary>What becomes of a topic's old records. Kafka calls it <c>cleanup.policy</c>.</summary>
public enum CleanupPolicy
{
    /// <summary>Old segments are deleted when the retention lets them go. Without a retention everything
    /// stays.</summary>
    Delete,

    /// <summary>At least the last record of each key is kept, for ever.</summary>
    Compact,

    /// <summary>Both: the last record of each key is kept until the retention lets its segment go.</summary>
    CompactAndDelete,
}
