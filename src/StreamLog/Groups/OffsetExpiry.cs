using StreamLog.Groups.Share;
using StreamLog.Metadata;

namespace StreamLog.Groups;

/// <summary>Decides which committed offsets are of no use any more: Kafka's rules. Keeps nothing.</summary>
/// <remarks>
/// An offset is kept while its topic is subscribed to. Otherwise its time runs from when the group lost its last
/// member, or from the commit where members have no part in it. Offsets of deleted topics go at once.
/// </remarks>
/// <param name="image">Gets the topics of this moment. Asked under the gate of the offsets, it knows of every topic
/// that something was committed to.</param>
/// <param name="retention">How long offsets are kept; <see langword="null"/> is for ever.</param>
internal sealed class OffsetExpiry(Func<ClusterImage> image, TimeSpan? retention)
{
    /// <summary>Tells whether there may be something to do for a group, without deciding on it.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="name">The group's name.</param>
    /// <returns><see langword="false"/> if there is nothing to do.</returns>
    public bool HasWork(GroupTable groups, string name) =>
        retention is not null
            || !groups.Offsets.Has(name)
            || groups.Offsets.FindAll(name).Any(
                offset => offset.Value.ExpiresAt is not null || IsOfDeletedTopic(offset.Key, offset.Value));

    /// <summary>Decides about one group. Where there is much to forget, it takes several steps.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="name">The group's name.</param>
    /// <param name="decision">Takes the records.</param>
    /// <returns><see langword="true"/> if there is nothing left to do.</returns>
    public bool Decide(GroupTable groups, string name, GroupDecision decision)
    {
        IGroup? group = groups.Find(name);
        bool isAllGone = true;
        foreach ((TopicPartition partition, CommittedOffset offset) in groups.Offsets.FindAll(name))
        {
            bool goes = !groups.Offsets.IsUnderWay(name, partition)
                && (IsOfDeletedTopic(partition, offset) || IsExpired(group, partition, offset, decision.Timestamp));
            if (goes && decision.Records.Count == GroupDeletion.StepMaxOf(name))
                return false;
            if (goes)
                GroupOffsets.Delete(name, partition, decision);
            isAllGone &= goes;
        }

        // How far a share group has come is kept elsewhere, for as long as the group.
        if (group is { IsEmpty: true } and not ShareGroup && isAllGone && !groups.Offsets.IsUnderWay(name))
            group.Delete(decision);
        return true;
    }

    private bool IsOfDeletedTopic(TopicPartition partition, in CommittedOffset offset) =>
        image().FindTopic(partition.Topic) is not { } topic
            || (offset.TopicId != Guid.Empty && offset.TopicId != topic.TopicId);

    private bool IsExpired(IGroup? group, TopicPartition partition, in CommittedOffset offset, long now)
    {
        if (group?.IsSubscribedTo(partition.Topic) == true)
            return false;

        long? since = group is null ? offset.Timestamp : group.UnusedSince(offset.Timestamp);
        if (since is not { } start)
            return false;
        if (offset.ExpiresAt is { } at)
            return now >= at;
        return retention is { } kept && now - start >= kept.TotalMilliseconds;
    }
}
