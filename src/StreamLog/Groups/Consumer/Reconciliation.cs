using StreamLog.Groups.Assignors;

namespace StreamLog.Groups.Consumer;

/// <summary>Takes a member one step towards its target assignment. Stateless.</summary>
/// <remarks>
/// A partition goes from one member to another in three steps. Its owner is told to give it back, and stays at its
/// epoch; its owner tells that it has; only then does the other get it. So it never has two owners, and partitions that
/// do not move are not disturbed.
/// </remarks>
internal static class Reconciliation
{
    /// <summary>Takes the step.</summary>
    /// <param name="member">The member.</param>
    /// <param name="targetEpoch">The epoch of the target assignment.</param>
    /// <param name="target">What the member is to have at it.</param>
    /// <param name="owned">What the member says it owns, or <see langword="null"/> where it says nothing.</param>
    /// <param name="isFree">Tells whether a partition is with no other member.</param>
    /// <returns>The member after the step, or the same where it has to wait.</returns>
    public static ConsumerMember Step(
        ConsumerMember member,
        int targetEpoch,
        PartitionSet target,
        PartitionSet? owned,
        Func<TopicIdPartition, bool> isFree)
    {
        bool isWaiting =
            member.State == MemberState.UnrevokedPartitions && StillOwns(owned, member.PendingRevocation);
        if (isWaiting || member.IsReconciledTo(targetEpoch))
            return member;

        PartitionSet kept = member.Assigned.Intersect(target);
        PartitionSet revoked = member.Assigned.Except(kept);
        if (revoked.Count > 0 && StillOwns(owned, revoked))
        {
            return member with
            {
                State = MemberState.UnrevokedPartitions,
                Assigned = kept,
                PendingRevocation = revoked,
            };
        }

        PartitionSet missing = target.Except(kept);
        PartitionSet free = missing.Where(isFree);
        return member.At(targetEpoch) with
        {
            State = free.Count == missing.Count ? MemberState.Stable : MemberState.UnreleasedPartitions,
            Assigned = kept.Union(free),
            PendingRevocation = PartitionSet.Empty,
        };
    }

    // Who says nothing owns what it owned.
    private static bool StillOwns(PartitionSet? owned, PartitionSet partitions) =>
        owned is null ? partitions.Count > 0 : owned.Overlaps(partitions);
}
