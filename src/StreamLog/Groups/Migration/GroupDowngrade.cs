using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Migration;

/// <summary>How a consumer group becomes a classic one while it has members. Stateless.</summary>
/// <remarks>
/// The classic group begins without a leader, and that is what its record says: so its members join anew, also after a
/// restart, and one of them comes to lead it. Kafka leaves some groups as they are; then nobody watches their topics.
/// </remarks>
internal static class GroupDowngrade
{
    /// <summary>Tells whether a group may become a classic one.</summary>
    /// <param name="members">The members that it is left with.</param>
    /// <param name="settings">The settings.</param>
    /// <returns><see langword="true"/> if all of them are of the classic protocol, and there may be as many.</returns>
    public static bool IsPossible(IReadOnlyCollection<ConsumerMember> members, ConsumerGroupSettings settings) =>
        settings.MigrationPolicy is GroupMigrationPolicy.Bidirectional or GroupMigrationPolicy.Downgrade
        && members.Count > 0
        && members.Count <= settings.Classic.SizeMax
        && members.All(member => member.Classic is not null);

    /// <summary>Writes the classic group down.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="epoch">The group's epoch, which becomes the generation.</param>
    /// <param name="members">Its members.</param>
    /// <param name="decision">The decision that it is part of.</param>
    /// <returns>The record.</returns>
    public static GroupRecord ToRecord(
        string name, int epoch, IReadOnlyCollection<ConsumerMember> members, GroupDecision decision)
    {
        // The dearest assignor of the first member that all others know: with it they will vote anew.
        string protocol = members.First().Classic!.Protocols.Select(known => known.Name).First(candidate =>
            members.All(member => member.Classic!.Protocols.Any(known => known.Name == candidate)));
        return GroupRecord.Of(
            new GroupMetadataKey { Group = name },
            new GroupMetadataValue
            {
                ProtocolType = ConsumerSubscription.ProtocolType,
                Generation = epoch,
                Protocol = protocol,
                Leader = null,
                CurrentStateTimestamp = decision.Timestamp,
                Members = [.. members.Select(member => ToMetadata(member, member.Classic!, protocol, decision))],
            });
    }

    // What a member has, and not what it was to have: until it joins again, that is what it uses.
    private static GroupMetadataValue.MemberMetadata ToMetadata(
        ConsumerMember member, ClassicMembership classic, string protocol, GroupDecision decision) => new()
        {
            MemberId = member.MemberId,
            GroupInstanceId = member.InstanceId,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            RebalanceTimeout = member.RebalanceTimeoutMs,
            SessionTimeout = classic.SessionTimeoutMs,
            Subscription = classic.Protocols.First(known => known.Name == protocol).Metadata,
            Assignment = ConsumerAssignment.Write(
                PartitionLists.Name(member.Assigned.Union(member.PendingRevocation), decision.Image)),
        };
}
