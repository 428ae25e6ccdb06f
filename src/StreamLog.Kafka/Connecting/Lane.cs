namespace StreamLog.Kafka.Connecting;

/// <summary>The connections of one client to one broker. A broker answers the requests of a connection one after
/// another, so those that wait long have one of their own.</summary>
internal enum Lane
{
    /// <summary>What is answered soon, appends among it.</summary>
    General,

    /// <summary>Reads, which wait for records.</summary>
    Fetch,

    /// <summary>Reads of other partitions, where those of <see cref="Fetch"/> are waiting for records.</summary>
    SecondFetch,

    /// <summary>What a member of a group says, and heartbeats above all.</summary>
    Group,

    /// <summary>What waits until all members of a group are there.</summary>
    Join,
}
