namespace StreamLog.Clients.Membership;

/// <summary>What a member of a classic group tells whoever assigns partitions. Immutable.</summary>
/// <param name="MemberId">The member's id.</param>
/// <param name="InstanceId">The id of a static member, or <see langword="null"/>.</param>
/// <param name="Topics">The topics that it reads.</param>
/// <param name="Owned">What it has, and reads on while members join.</param>
/// <param name="Generation">The generation in which it had that, or -1 where it does not tell.</param>
internal sealed record MemberClaim(
    string MemberId,
    string? InstanceId,
    IReadOnlyCollection<string> Topics,
    IReadOnlyCollection<TopicPartition> Owned,
    int Generation);
