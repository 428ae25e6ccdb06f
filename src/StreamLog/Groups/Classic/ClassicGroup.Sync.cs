using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <content>How members are told what they are assigned, stay, and leave.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>Decides on a request for an assignment, which the leader brings.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer. It is kept until the leader has assigned.</param>
    public void Sync(SyncGroupRequest request, GroupDecision decision, GroupReply<SyncGroupResponse> reply)
    {
        ErrorCode error = Check(request);
        if (error != ErrorCode.None || !_members.TryFind(request.MemberId, out ClassicMember? member))
        {
            decision.Answer(reply, new SyncGroupResponse { ErrorCode = error });
            return;
        }

        _pendingSyncs.Remove(member.Id);
        if (Phase == ClassicGroupState.Stable)
        {
            decision.Answer(reply, Assigned(member));
            return;
        }

        EndSync(member, decision, ErrorCode.RebalanceInProgress);
        member.Syncing = reply;
        if (member.Id == _leader)
            Assign(request, decision);
    }

    /// <summary>Decides on a sign of life.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Heartbeat(HeartbeatRequest request, GroupDecision decision, GroupReply<HeartbeatResponse> reply)
    {
        ErrorCode error = Check(request.MemberId, request.GroupInstanceId, request.GenerationId);
        if (error == ErrorCode.None && _members.TryFind(request.MemberId, out ClassicMember? member))
        {
            _sessions.Set(member.Id, decision.Now + member.SessionTimeoutMs);
            if (Phase == ClassicGroupState.PreparingRebalance)
                error = ErrorCode.RebalanceInProgress;
        }

        decision.Answer(reply, new HeartbeatResponse { ErrorCode = error });
    }

    /// <summary>Decides on a request of members to leave.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Leave(LeaveGroupRequest request, GroupDecision decision, GroupReply<LeaveGroupResponse> reply)
    {
        LeaveGroupResponse response = new();
        bool hasMemberLeft = false;
        bool hasAnyLeft = false;
        foreach (LeaveGroupRequest.MemberIdentity leaving in request.Members)
        {
            ErrorCode error = Leave(leaving, decision, ref hasMemberLeft);
            hasAnyLeft |= error == ErrorCode.None;
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = leaving.MemberId,
                GroupInstanceId = leaving.GroupInstanceId,
                ErrorCode = error,
            });
        }

        if (hasAnyLeft)
            GoOnWithout(hasMemberLeft, decision);
        decision.Answer(reply, response);
    }

    private ErrorCode Leave(LeaveGroupRequest.MemberIdentity leaving, GroupDecision decision, ref bool hasMemberLeft)
    {
        string id = leaving.MemberId;
        if (_pendingJoins.Remove(id))
        {
            _sessions.Remove(id);
            return ErrorCode.None;
        }

        // An administrator names a static member by its static id alone.
        if (id.Length == 0 && leaving.GroupInstanceId is { } instanceId
            && _members.TryFindStatic(instanceId, out ClassicMember? named))
        {
            id = named.Id;
        }

        ErrorCode error = _members.Check(id, leaving.GroupInstanceId);
        if (error == ErrorCode.None && _members.TryFind(id, out ClassicMember? member))
        {
            Dismiss(member, decision);
            hasMemberLeft = true;
        }

        return error;
    }

    private ErrorCode Check(SyncGroupRequest request)
    {
        ErrorCode error = Check(request.MemberId, request.GroupInstanceId, request.GenerationId);
        if (error != ErrorCode.None)
            return error;
        if ((request.ProtocolType is { } type && type != _protocolType)
            || (request.ProtocolName is { } protocol && protocol != _protocol))
        {
            return ErrorCode.InconsistentGroupProtocol;
        }

        return Phase == ClassicGroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Takes the leader's assignment, writes it down, and tells everybody who waits for it.</summary>
    private void Assign(SyncGroupRequest request, GroupDecision decision)
    {
        Dictionary<string, byte[]> assignments = new(StringComparer.Ordinal);
        foreach (SyncGroupRequest.SyncGroupRequestAssignment assigned in request.Assignments)
            assignments[assigned.MemberId] = assigned.Assignment;
        foreach (ClassicMember member in _members.All)
            member.Assignment = assignments.GetValueOrDefault(member.Id, []);

        // Said beforehand, for the log would refuse it: then all of the group would have to be loaded anew.
        if (!FitsRecord)
        {
            foreach (ClassicMember member in _members.All)
            {
                member.Assignment = [];
                EndSync(member, decision, ErrorCode.UnknownServerError);
            }

            Prepare(decision);
            return;
        }

        MoveTo(ClassicGroupState.Stable, decision);
        decision.IsAhead = true;
        decision.Append(ToRecord());
        foreach (ClassicMember member in _members.All)
        {
            if (member.Syncing is not { } reply)
                continue;

            member.Syncing = null;
            _sessions.Set(member.Id, decision.Now + member.SessionTimeoutMs);
            decision.Answer(reply, Assigned(member));
        }
    }

    private SyncGroupResponse Assigned(ClassicMember member) => new()
    {
        ProtocolType = _protocolType,
        ProtocolName = _protocol,
        Assignment = member.Assignment,
    };

    // Texts take at most three bytes a character; the numbers and lengths of a member take some thirty.
    private long RecordBytes() => _members.All.Sum(member =>
        (3L * (member.Id.Length + (member.InstanceId?.Length ?? 0) + member.ClientId.Length + member.ClientHost.Length))
            + member.MetadataOf(_protocol).Length + member.Assignment.Length + 32L);
}
