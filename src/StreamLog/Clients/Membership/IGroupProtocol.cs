namespace StreamLog.Clients.Membership;

/// <summary>How a member speaks with its group's coordinator: joins, stays, is told its partitions, and
/// leaves.</summary>
/// <remarks>Used by one <see cref="GroupMembership"/>, one call at a time, but for <see cref="Stamp"/>, which is
/// thread-safe.</remarks>
internal interface IGroupProtocol
{
    /// <summary>Gets what the member shows; <see langword="null"/> where it is not in the group.</summary>
    MemberStamp? Stamp { get; }

    /// <summary>Exchanges one message, or the few that joining takes.</summary>
    /// <param name="owned">What the member has.</param>
    /// <param name="isMoving">Whether it is on its way to what it was told last.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="StreamLogException">There was no answer, or the coordinator refuses. What may pass is
    /// retriable.</exception>
    ValueTask<GroupExchange> ExchangeAsync(
        IReadOnlySet<TopicPartition> owned, bool isMoving, CancellationToken cancellationToken);

    /// <summary>Leaves the group, where it is in it. The partitions of a static member are kept for it a
    /// while.</summary>
    /// <returns>A task that completes when the coordinator knows.</returns>
    /// <exception cref="StreamLogException">It does not answer.</exception>
    ValueTask LeaveAsync();
}
