using StreamLog.Metadata;

namespace StreamLog.Groups;

/// <summary>A group with members, of one of the protocols: a state machine without I/O, locks, clocks or
/// chance.</summary>
/// <remarks>
/// Its <see cref="OffsetsPartition"/> lets one thread in at a time. What its members ask of it is the business of each
/// protocol; here is what all of them have in common.
/// </remarks>
internal interface IGroup
{
    /// <summary>Gets its name.</summary>
    string Name { get; }

    /// <summary>Gets Kafka's word for its protocol, such as <c>classic</c>.</summary>
    string Type { get; }

    /// <summary>Gets what its members are, such as <c>consumer</c>; empty where that is not known.</summary>
    string ProtocolType { get; }

    /// <summary>Gets Kafka's word for its state, such as <c>Stable</c>.</summary>
    string State { get; }

    /// <summary>Gets whether it has no members, so that it may be deleted.</summary>
    bool IsEmpty { get; }

    /// <summary>Gets when <see cref="Expire"/> is to be called, or earlier, in the time of decisions;
    /// <see cref="long.MaxValue"/> is never.</summary>
    long NextDeadlineMs { get; }

    /// <summary>Takes a record of the group that is in the log: just appended, or read when the node starts.</summary>
    /// <param name="record">The record.</param>
    /// <returns><see langword="false"/> if the group is gone by it.</returns>
    bool Apply(in GroupRecord record);

    /// <summary>Called once all records have been read: deadlines of members count from here.</summary>
    /// <param name="now">The time that deadlines are counted in.</param>
    /// <param name="image">The cluster, with the settings of the group.</param>
    void Loaded(long now, ClusterImage image);

    /// <summary>Decides what follows from the deadlines that have passed, if any have.</summary>
    /// <param name="decision">Takes what is decided.</param>
    void Expire(GroupDecision decision);

    /// <summary>Decides whether somebody may commit offsets.</summary>
    /// <param name="memberId">The member's id; empty for who is no member.</param>
    /// <param name="instanceId">The static member's id, or <see langword="null"/>.</param>
    /// <param name="epoch">The generation or the member's epoch; negative for who is no member.</param>
    /// <param name="knowsEpochs">Whether the request is of a version that has members' epochs.</param>
    /// <returns>The error to answer, or None.</returns>
    ErrorCode CheckCommit(string memberId, string? instanceId, int epoch, bool knowsEpochs);

    /// <summary>Called when a member's commit is accepted: where that is a sign of life, it is taken for one.</summary>
    /// <param name="memberId">The member's id; empty for who is no member.</param>
    /// <param name="now">The time that deadlines are counted in.</param>
    void Commits(string memberId, long now)
    {
    }

    /// <summary>Decides whether somebody may read offsets.</summary>
    /// <param name="memberId">The member's id, or <see langword="null"/> for who is no member.</param>
    /// <param name="epoch">The member's epoch; negative for who is no member.</param>
    /// <returns>The error to answer, or None.</returns>
    ErrorCode CheckFetch(string? memberId, int epoch);

    /// <summary>Decides whether offsets may be deleted at all, in topics that nobody has subscribed to.</summary>
    /// <returns>The error to answer, or None.</returns>
    ErrorCode CheckOffsetDelete();

    /// <summary>Tells whether a member has, or may have, subscribed to a topic.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <returns><see langword="true"/> if its offsets must stay.</returns>
    bool IsSubscribedTo(string topic);

    /// <summary>Tells since when an offset has been of no use, in a topic that nobody has subscribed to.</summary>
    /// <param name="commitTimestamp">When it was committed, in Unix milliseconds.</param>
    /// <returns>The time, in Unix milliseconds; <see langword="null"/> where it must stay.</returns>
    long? UnusedSince(long commitTimestamp);

    /// <summary>Decides to delete the group, which is empty.</summary>
    /// <param name="decision">Takes the records that say so.</param>
    void Delete(GroupDecision decision);
}
