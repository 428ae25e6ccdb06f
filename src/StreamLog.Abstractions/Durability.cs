namespace StreamLog;

/// <summary>What an acknowledgement promises.</summary>
public enum Durability
{
    /// <summary>The record was forced to disk before it was acknowledged. It survives a power failure.</summary>
    OnCommit,

    /// <summary>
    /// The record was handed to the operating system, which writes it in its own time, at the latest after the flush
    /// interval. It survives the end of the process, and not a power failure. Kafka's default.
    /// </summary>
    PageCache,
}
