namespace StreamLog.Clients.Membership;

/// <summary>The partitions that a member has, as its consumer reads them.</summary>
/// <remarks>Called by one <see cref="GroupMembership"/>, one call at a time.</remarks>
internal interface IMemberPartitions
{
    /// <summary>Begins to read partitions.</summary>
    /// <param name="partitions">What the member gets.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A task that completes when they are read.</returns>
    /// <exception cref="StreamLogException">It is not known where to begin.</exception>
    ValueTask AddAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>Finishes with partitions, commits what is done, and reads them no more.</summary>
    /// <param name="partitions">What the member gives up.</param>
    /// <param name="cancellationToken">Ends the wait for who has a record in its hands.</param>
    /// <returns>A task that completes when another member may read them.</returns>
    ValueTask RevokeAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken);

    /// <summary>Reads partitions no more that others may read by now. Nothing is committed.</summary>
    /// <param name="partitions">What the member has lost.</param>
    /// <returns>A task that completes when everybody knows.</returns>
    ValueTask LoseAsync(IReadOnlyCollection<TopicPartition> partitions);

    /// <summary>Has the reader throw an error.</summary>
    /// <param name="failure">The error.</param>
    void Fail(Exception failure);
}
