using StreamLog.Groups.Assignors;
using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Migration;

/// <summary>How a classic group becomes a consumer group while it has members: the one that joins first by the consumer
/// protocol brings it about. Stateless.</summary>
internal static class GroupUpgrade
{
    /// <summary>Turns a group into the records of a consumer group.</summary>
    /// <param name="group">The group; it has members.</param>
    /// <param name="image">The topics that there are.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="problem">Why it must stay what it is.</param>
    /// <returns>The records, after those that forget the classic group; <see langword="null"/> if it stays.</returns>
    public static IReadOnlyList<GroupRecord>? ToRecords(
        ClassicGroup group, ClusterImage image, ConsumerGroupSettings settings, out string? problem)
    {
        problem = null;
        if (settings.MigrationPolicy is not (GroupMigrationPolicy.Bidirectional or GroupMigrationPolicy.Upgrade))
            problem = "By the node's policy no classic group becomes one while it has members.";
        else if (group.ProtocolType != ConsumerSubscription.ProtocolType)
            problem = $"The group's members are of the type {group.ProtocolType}.";
        else if (group.Members.Count > settings.MaxSize)
            problem = $"The group has {group.Members.Count} members, and one may have {settings.MaxSize}.";

        ConsumerMember[]? members = problem is null ? FindMembers(group, image, out problem) : null;
        if (members is null)
            return null;

        // In Kafka's order, so that whoever reads this as it comes always finds what it refers to.
        ConsumerRecords records = new(group.Name);
        return
        [
            .. members.Select(records.Member),
            records.Group(group.Generation, metadataHash: 0),
            .. members.Select(member => records.Target(member.MemberId, member.Assigned)),
            records.TargetEpoch(group.Generation),
            .. members.Select(records.Current),
        ];
    }

    private static ConsumerMember[]? FindMembers(ClassicGroup group, ClusterImage image, out string? problem)
    {
        string protocol = group.VotedProtocol;
        List<(ConsumerMember Member, PartitionSet Owned)> found = [];
        foreach (ClassicMember member in group.Members)
        {
            problem = null;
            ConsumerProtocolSubscription? subscription = ConsumerSubscription.Read(member.MetadataOf(protocol));
            ConsumerProtocolAssignment? assignment = ConsumerAssignment.Read(member.Assignment);
            if (subscription is null || assignment is null)
                problem = $"The group's member {member.Id} is no consumer, by its subscription or assignment.";
            else if (assignment.UserData is { Length: > 0 })
                problem = $"The group's assignor tells {member.Id} more than its partitions.";
            if (problem is not null || subscription is null || assignment is null)
                return null;

            ConsumerMember created = Create(member, group.Generation, subscription) with
            {
                Assigned = PartitionLists.Find(ConsumerAssignment.PartitionsOf(assignment), image),
            };
            found.Add((created, PartitionLists.Find(ConsumerSubscription.OwnedBy(subscription), image)));
        }

        problem = null;
        return Own(found);
    }

    private static ConsumerMember Create(
        ClassicMember member, int generation, ConsumerProtocolSubscription subscription) => new(member.Id)
        {
            InstanceId = member.InstanceId,
            RackId = subscription.RackId,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            TopicNames = ConsumerMember.InOrder(subscription.Topics),
            Classic = new ClassicMembership(member.SessionTimeoutMs, member.Protocols),
            Epoch = generation,
            PreviousEpoch = generation,
        };

    /// <summary>Lets members have what they said they owned, and were not assigned: who has joined may use it until it
    /// hears of its assignment. It is nobody else's before it joins again.</summary>
    private static ConsumerMember[] Own(List<(ConsumerMember Member, PartitionSet Owned)> found)
    {
        HashSet<TopicIdPartition> taken = [.. found.SelectMany(one => one.Member.Assigned)];
        return
        [
            .. found.Select(one => one.Member with
            {
                Assigned = one.Member.Assigned.Union(one.Owned.Where(taken.Add)),
            }),
        ];
    }
}
