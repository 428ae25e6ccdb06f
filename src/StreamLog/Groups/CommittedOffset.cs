namespace StreamLog.Groups;

/// <summary>How far a group has come in one partition.</summary>
/// <param name="Offset">The offset of the next record for the group.</param>
/// <param name="LeaderEpoch">The leader epoch of the record before it, or -1.</param>
/// <param name="Metadata">What the group wrote beside it.</param>
/// <param name="TopicId">The topic's id when it was committed: a topic created anew begins anew. Empty where it is not
/// known.
/// </param>
/// <param name="Timestamp">When it was committed, in Unix milliseconds.</param>
internal readonly record struct CommittedOffset(
    long Offset, int LeaderEpoch, string Metadata, Guid TopicId, long Timestamp)
{
    /// <summary>Gets when it expires, where who committed it has said so, in milliseconds since 1970.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Gets where its record lies.</summary>
    public long RecordOffset { get; init; }
}
