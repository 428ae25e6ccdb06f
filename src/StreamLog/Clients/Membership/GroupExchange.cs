namespace StreamLog.Clients.Membership;

/// <summary>What came of one exchange with a group's coordinator.</summary>
/// <param name="NextIn">When to come again, at the latest.</param>
/// <param name="Target">What the member is to have from now on, or <see langword="null"/> where that has not
/// changed.</param>
/// <param name="IsOut">Whether the member is in the group no more, and has lost what it had.</param>
/// <param name="IsAwaited">Whether the group waits until the member has arrived where it is moving to: what it cannot
/// get now it is not to try for.</param>
internal readonly record struct GroupExchange(
    TimeSpan NextIn, IReadOnlySet<TopicPartition>? Target = null, bool IsOut = false, bool IsAwaited = false);
