namespace StreamLog.Clients.Handling;

/// <summary>Hears which partitions a member of a group reads.</summary>
/// <remarks>Called by one at a time. No record of a partition comes before it was assigned, nor after it was revoked or
/// lost.</remarks>
internal interface IAssignmentListener
{
    /// <summary>Notes that partitions will be read.</summary>
    /// <param name="partitions">The partitions.</param>
    void Assigned(IReadOnlyCollection<TopicPartition> partitions);

    /// <summary>Finishes with partitions that the member gives up. What is done is committed afterwards.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <returns>A task that completes when nothing of them will be completed any more.</returns>
    ValueTask RevokedAsync(IReadOnlyCollection<TopicPartition> partitions);

    /// <summary>Drops partitions that another member may already read. Nothing of them is committed.</summary>
    /// <param name="partitions">The partitions.</param>
    void Lost(IReadOnlyCollection<TopicPartition> partitions);
}
