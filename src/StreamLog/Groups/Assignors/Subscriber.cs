namespace StreamLog.Groups.Assignors;

/// <summary>A member of a group, as an assignor sees it. Immutable.</summary>
/// <param name="MemberId">The member's id.</param>
/// <param name="InstanceId">The id of the static member, or <see langword="null"/>.</param>
/// <param name="TopicIds">The topics subscribed to, each once.</param>
/// <param name="Assigned">What the member was to have so far.</param>
internal sealed record Subscriber(
    string MemberId, string? InstanceId, IReadOnlyList<Guid> TopicIds, PartitionSet Assigned);
