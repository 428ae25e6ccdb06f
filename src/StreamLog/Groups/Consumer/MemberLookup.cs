using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Who sends a heartbeat, or why it is refused. Immutable.</summary>
/// <param name="Refusal">Why it is refused, or <see langword="null"/>.</param>
/// <param name="Member">The member, or <see langword="null"/> for a new one.</param>
/// <param name="Replaced">The static member whose place it takes, or <see langword="null"/>.</param>
internal sealed record MemberLookup(GroupRefusal? Refusal, ConsumerMember? Member, ConsumerMember? Replaced)
{
    /// <summary>Looks the sender up.</summary>
    /// <param name="state">The group.</param>
    /// <param name="call">The heartbeat, which does not leave.</param>
    /// <param name="maxSize">How many members the group may have.</param>
    /// <returns>Who it is.</returns>
    public static MemberLookup Of(ConsumerGroupState state, HeartbeatCall call, int maxSize)
    {
        if (state.Members.Count >= maxSize && state.Find(call.MemberId) is null)
        {
            return Refused(new GroupRefusal(
                ErrorCode.GroupMaxSizeReached, $"The group has {maxSize} members, and may have no more."));
        }

        if (call.Request.InstanceId is { } instanceId)
            return OfStatic(state, call, state.FindStatic(instanceId));

        ConsumerMember? member = state.Find(call.MemberId);
        return member is null && !call.IsJoin ? Refused(UnknownMember(call.MemberId)) : OfKnown(member, call);
    }

    /// <summary>Says that a member is not known.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The refusal.</returns>
    public static GroupRefusal UnknownMember(string id) =>
        new(ErrorCode.UnknownMemberId, $"The group has no member {id}.");

    /// <summary>Checks that an instance id is the sender's.</summary>
    /// <param name="member">The static member of that id.</param>
    /// <param name="request">The request.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static GroupRefusal? CheckInstance(ConsumerMember member, ConsumerGroupHeartbeatRequest request) =>
        member.MemberId == request.MemberId
            ? null
            : new GroupRefusal(
                ErrorCode.FencedInstanceId,
                $"The instance id {member.InstanceId} belongs to {member.MemberId} and not to {request.MemberId}.");

    /// <summary>Returns a static member that is back under another id.</summary>
    /// <param name="away">The member that it was.</param>
    /// <param name="memberId">Its id.</param>
    /// <returns>The member. What it had is its own still, and it has nothing to give back: it had stopped.</returns>
    public static ConsumerMember Return(ConsumerMember away, string memberId) => new(memberId)
    {
        InstanceId = away.InstanceId,
        RackId = away.RackId,
        RebalanceTimeoutMs = away.RebalanceTimeoutMs,
        ClientId = away.ClientId,
        ClientHost = away.ClientHost,
        TopicNames = away.TopicNames,
        TopicPattern = away.TopicPattern,
        Assignor = away.Assignor,
        Assigned = away.Assigned,
    };

    private static MemberLookup OfStatic(ConsumerGroupState state, HeartbeatCall call, ConsumerMember? holder)
    {
        if (!call.IsJoin)
        {
            if (holder is null)
                return Refused(UnknownMember($"with the instance id {call.Request.InstanceId}"));

            return CheckInstance(holder, call.Request) is { } refusal ? Refused(refusal) : OfKnown(holder, call);
        }

        // Who joins under a dynamic member's id is that member: it becomes a static one.
        if (holder is null)
            return OfKnown(state.Find(call.MemberId), call);

        // A client that has changed its protocol started anew with it, and cannot have said so.
        return holder.Epoch == ConsumerMember.AwayEpoch || holder.Classic is not null
            ? new MemberLookup(Refusal: null, Return(holder, call.MemberId), holder)
            : Refused(new GroupRefusal(
                ErrorCode.UnreleasedInstanceId,
                $"The instance id {holder.InstanceId} belongs to {holder.MemberId}."));
    }

    private static MemberLookup OfKnown(ConsumerMember? member, HeartbeatCall call)
    {
        PartitionSet? owned = PartitionLists.Read(call.Request.OwnedPartitions);
        bool isNew = member is null || (call.IsJoin && member.Classic is not null);
        return new MemberLookup(
            isNew ? null : HeartbeatRules.CheckEpoch(member!, call.Request.MemberEpoch, owned),
            member,
            Replaced: null);
    }

    private static MemberLookup Refused(GroupRefusal refusal) => new(refusal, Member: null, Replaced: null);
}
