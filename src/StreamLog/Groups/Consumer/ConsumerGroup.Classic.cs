using StreamLog.Groups.Assignors;
using StreamLog.Groups.Classic;
using StreamLog.Groups.Migration;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <content>Members that speak the classic protocol, side by side with the others. A member's epoch is the generation
/// that it knows, and it never leads: the coordinator assigns.</content>
internal sealed partial class ConsumerGroup
{
    /// <summary>Decides on a request to join. It is answered at once: nobody waits for the others.</summary>
    /// <param name="join">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Join(ClassicJoin join, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        JoinGroupRequest request = join.Request;
        bool isUnnamed = request.MemberId.Length == 0;
        string id = isUnnamed ? join.NewMemberId : request.MemberId;
        ConsumerMember? holder =
            request.GroupInstanceId is { } instanceId ? _state.FindStatic(instanceId) : _state.Find(id);
        ErrorCode error = CheckJoin(join, id, holder, out ConsumerProtocolSubscription? subscription);
        if (error != ErrorCode.None || subscription is null)
        {
            string told = error == ErrorCode.MemberIdRequired ? id : request.MemberId;
            decision.Answer(reply, ClassicGroup.RefuseJoin(error, told));
            return;
        }

        if (holder is { Classic: null } && TakeOver(holder, join, decision) is { } successor)
        {
            successor.Join(join, decision, reply);
            return;
        }

        // A static member without an id has started anew.
        ConsumerMember? replaced = isUnnamed ? holder : null;
        ConsumerMember? known = isUnnamed ? null : holder;
        ConsumerMember before = known
            ?? (replaced is null ? new ConsumerMember(id) : MemberLookup.Return(replaced, id));
        ConsumerMember next = Advance(
            before,
            Update(before, join, subscription),
            known is null,
            replaced,
            PartitionLists.Find(ConsumerSubscription.OwnedBy(subscription), decision.Image),
            maySee: null,
            decision);
        _deadlines.Remove((id, MemberDeadline.Join));
        _deadlines.Set((id, MemberDeadline.Session), decision.Now + request.SessionTimeoutMs);
        _deadlines.Set((id, MemberDeadline.Sync), decision.Now + next.RebalanceTimeoutMs);
        if (decision.Records.Count > 0)
            _waiters.Note(decision.Now);
        decision.Answer(reply, new JoinGroupResponse
        {
            MemberId = id,
            GenerationId = next.Epoch,
            ProtocolType = ProtocolType,
            ProtocolName = request.Protocols[0].Name,
        });
    }

    /// <summary>Decides on a request for an assignment.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Sync(SyncGroupRequest request, GroupDecision decision, GroupReply<SyncGroupResponse> reply)
    {
        ErrorCode error = CheckClassic(
            request.MemberId, request.GroupInstanceId, request.GenerationId, out ConsumerMember? member);
        if (error != ErrorCode.None || member?.Classic is not { } classic)
        {
            decision.Answer(reply, new SyncGroupResponse { ErrorCode = error });
            return;
        }

        if ((request.ProtocolType is { } type && type != ProtocolType)
            || (request.ProtocolName is { } protocol && protocol != classic.ProtocolName))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }
        else if (member.Epoch < _state.Epoch && member.State != MemberState.UnrevokedPartitions)
        {
            // Who has something to give back must hear of it first; then it joins again by itself.
            error = ErrorCode.RebalanceInProgress;
            ExpectJoin(member, decision);
        }

        if (error != ErrorCode.None)
        {
            decision.Answer(reply, new SyncGroupResponse { ErrorCode = error });
            return;
        }

        _deadlines.Remove((member.MemberId, MemberDeadline.Sync));
        _deadlines.Set((member.MemberId, MemberDeadline.Session), decision.Now + classic.SessionTimeoutMs);
        decision.Answer(reply, new SyncGroupResponse
        {
            ProtocolType = ProtocolType,
            ProtocolName = classic.ProtocolName,
            Assignment = ConsumerAssignment.Write(PartitionLists.Name(member.Assigned, decision.Image)),
        });
    }

    /// <summary>Decides on a sign of life.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer, which tells the member to join again where there is news for it.</param>
    public void Heartbeat(HeartbeatRequest request, GroupDecision decision, GroupReply<HeartbeatResponse> reply)
    {
        ErrorCode error = CheckClassic(
            request.MemberId, request.GroupInstanceId, request.GenerationId, out ConsumerMember? member);
        if (error == ErrorCode.None && member is not null)
        {
            _deadlines.Set(
                (member.MemberId, MemberDeadline.Session), decision.Now + SessionTimeoutOf(member, decision.Image));
            (int epoch, _) = _target.Update(member, member, replaced: null, maySee: null, decision);
            if (decision.Records.Count > 0)
                _waiters.Note(decision.Now);
            if (member.Epoch < epoch || HasMore(member))
            {
                error = ErrorCode.RebalanceInProgress;
                ExpectJoin(member, decision);
            }
        }

        decision.Answer(reply, new HeartbeatResponse { ErrorCode = error });
    }

    /// <summary>Decides on a request of members to leave, or of an administrator to remove them: of either
    /// protocol.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Leave(LeaveGroupRequest request, GroupDecision decision, GroupReply<LeaveGroupResponse> reply)
    {
        LeaveGroupResponse response = new();
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (LeaveGroupRequest.MemberIdentity leaving in request.Members)
        {
            // An administrator names a static member by its static id alone.
            ErrorCode error = leaving is { MemberId.Length: 0, GroupInstanceId: { } instanceId }
                ? Find(_state.FindStatic(instanceId)?.MemberId ?? "", instanceId, out ConsumerMember? member)
                : Find(leaving.MemberId, leaving.GroupInstanceId, out member);
            if (error == ErrorCode.None && member is not null)
                gone.Add(member.MemberId);
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = leaving.MemberId,
                GroupInstanceId = leaving.GroupInstanceId,
                ErrorCode = error,
            });
        }

        Remove(gone, decision);
        if (gone.Count > 0)
            _waiters.Note(decision.Now);
        decision.Answer(reply, response);
    }

    private static ConsumerMember Update(
        ConsumerMember member, ClassicJoin join, ConsumerProtocolSubscription subscription) => member with
        {
            InstanceId = join.Request.GroupInstanceId ?? member.InstanceId,
            RackId = subscription.RackId ?? member.RackId,
            RebalanceTimeoutMs = join.RebalanceTimeoutMs,
            ClientId = join.ClientId,
            ClientHost = join.ClientHost,
            TopicNames = ConsumerMember.InOrder(subscription.Topics),
            TopicPattern = "",
            Classic = MembershipOf(join.Request),
        };

    private static ClassicMembership MembershipOf(JoinGroupRequest request) =>
        new(request.SessionTimeoutMs, request.Protocols);

    private ErrorCode CheckJoin(
        ClassicJoin join, string id, ConsumerMember? holder, out ConsumerProtocolSubscription? subscription)
    {
        JoinGroupRequest request = join.Request;
        subscription = null;
        if (_state.Members.Count >= _settings.MaxSize && _state.Find(id) is null)
            return ErrorCode.GroupMaxSizeReached;

        // For the day that the members of the classic protocol are alone, they are to have an assignor in common.
        if (request.ProtocolType != ProtocolType || !_state.Classic.KnowsOneOf(request.Protocols))
            return ErrorCode.InconsistentGroupProtocol;

        subscription = ConsumerSubscription.Read(request.Protocols[0].Metadata);
        if (subscription is null)
            return ErrorCode.InconsistentGroupProtocol;
        if (request.MemberId.Length == 0)
            return join.RequiresMemberId ? ErrorCode.MemberIdRequired : ErrorCode.None;
        if (request.GroupInstanceId is null)
            return ErrorCode.None;

        return holder is null ? ErrorCode.UnknownMemberId
            : holder.MemberId != id ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
    }

    private ErrorCode Find(string id, string? instanceId, out ConsumerMember? member)
    {
        member = instanceId is null ? _state.Find(id) : _state.FindStatic(instanceId);
        return member is null ? ErrorCode.UnknownMemberId
            : member.MemberId != id ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
    }

    private ErrorCode CheckClassic(string id, string? instanceId, int generation, out ConsumerMember? member)
    {
        ErrorCode error = Find(id, instanceId, out member);
        return error != ErrorCode.None ? error
            : member?.Classic is null ? ErrorCode.UnknownMemberId
            : member.Epoch != generation ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
    }

    /// <summary>Tells whether a member at the group's epoch can take another step by joining again.</summary>
    private bool HasMore(ConsumerMember member) => member.State switch
    {
        MemberState.UnrevokedPartitions => true,
        MemberState.UnreleasedPartitions => (_state.FindTarget(member.MemberId) ?? PartitionSet.Empty)
            .Except(member.Assigned)
            .All(partition => IsFree(partition, member, replaced: null)),
        _ => false,
    };

    /// <summary>Gives a member that was told to join again its time for that.</summary>
    private void ExpectJoin(ConsumerMember member, GroupDecision decision)
    {
        if (!_deadlines.Has((member.MemberId, MemberDeadline.Join)))
            _deadlines.Set((member.MemberId, MemberDeadline.Join), decision.Now + member.RebalanceTimeoutMs);
    }

    /// <summary>Makes a classic group of this one, where a member that begins to speak the classic protocol was the
    /// last that did not.</summary>
    private ClassicGroup? TakeOver(ConsumerMember member, ClassicJoin join, GroupDecision decision) => Downgrade(
        [
            .. _state.Members.Values.Where(other => other.MemberId != member.MemberId),
            member with { RebalanceTimeoutMs = join.RebalanceTimeoutMs, Classic = MembershipOf(join.Request) },
        ],
        decision);

    /// <summary>Makes a classic group of this one, where all members that are left are of the classic
    /// protocol.</summary>
    private ClassicGroup? Downgrade(IReadOnlyCollection<ConsumerMember> left, GroupDecision decision)
    {
        if (!GroupDowngrade.IsPossible(left, _settings))
            return null;

        ClassicGroup successor = new(Name, _settings.Classic);
        GroupRecord record = GroupDowngrade.ToRecord(Name, _state.Epoch, left, decision);
        successor.Apply(record);
        GroupDecision conversion = new(decision.Now, decision.Timestamp, decision.Image);
        foreach (GroupRecord tombstone in _state.Members.Keys.SelectMany(_records.MemberGone))
            conversion.Append(tombstone);
        Delete(conversion);
        conversion.Append(record);
        if (!successor.FitsRecord || !GroupLog.Fits(conversion.Records))
            return null;

        foreach (GroupRecord converted in conversion.Records)
            decision.Append(converted);
        successor.Loaded(decision.Now, decision.Image);
        _waiters.Tell(decision);
        decision.IsAhead = true;
        decision.Successor = successor;
        return successor;
    }
}
