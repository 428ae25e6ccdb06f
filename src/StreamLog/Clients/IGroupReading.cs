using StreamLog.Clients.Membership;

namespace StreamLog.Clients;

/// <summary>A group consumer as a transaction sees it, whose commits it takes over.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IGroupReading
{
    /// <summary>Gets the group.</summary>
    string Group { get; }

    /// <summary>Gets whether the consumer commits nothing unless told to.</summary>
    bool IsManual { get; }

    /// <summary>Tells as which member the consumer reads, and what it has yielded as that one.</summary>
    /// <returns>The member; and for each partition that it has, from which record up to before which one it has yielded
    /// them since it got the partition. Whatever it loses later, the coordinator refuses the member for.</returns>
    /// <exception cref="StreamLogException">It is not in the group.</exception>
    (MemberStamp Member, IReadOnlyDictionary<TopicPartition, (long Begin, long End)> Yielded) Look();
}
