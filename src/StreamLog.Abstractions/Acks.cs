namespace StreamLog;

/// <summary>Who must have a record before its producer counts it as appended, with Kafka's numbers.</summary>
public enum Acks
{
    /// <summary>Nobody: a record that has been handed to the connection counts, and may be lost without a word. Nobody
    /// tells where it stands.</summary>
    None = 0,

    /// <summary>The partition's leader alone: what it acknowledges is lost if it fails before the others have
    /// it.</summary>
    Leader = 1,

    /// <summary>All replicas in sync; on an embedded node, the disk, as the topic's durability promises.</summary>
    All = -1,
}
