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

    /// <summary>Yields records again that were yielded and not processed.</summary>
    /// <param name="from">For each partition the first of them. One that the consumer does not read, or has yielded
    /// less of, is passed over.</param>
    void Rewind(IReadOnlyDictionary<TopicPartition, long> from);

    /// <summary>Yields nothing any more, since nobody knows whether what was yielded counts as processed.</summary>
    /// <param name="reason">What readers are told.</param>
    void Refuse(StreamLogException reason);
}
