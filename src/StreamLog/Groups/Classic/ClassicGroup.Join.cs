using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <content>How members join.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>Makes the response that tells an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="memberId">The member's id, where it keeps it.</param>
    /// <returns>The response.</returns>
    public static JoinGroupResponse RefuseJoin(ErrorCode error, string memberId) =>
        new() { ErrorCode = error, MemberId = memberId };

    /// <summary>Decides on a request to join.</summary>
    /// <param name="join">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer. It is kept where the others have to join too.</param>
    public void Join(ClassicJoin join, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        JoinGroupRequest request = join.Request;
        if (!HasRoomFor(request.MemberId))
        {
            decision.Answer(reply, RefuseJoin(ErrorCode.GroupMaxSizeReached, ""));
            GiveUp(request.MemberId, decision);
        }
        else if (!Fits(request))
        {
            decision.Answer(reply, RefuseJoin(ErrorCode.InconsistentGroupProtocol, request.MemberId));
        }
        else if (request.MemberId.Length > 0)
        {
            JoinWithId(join, decision, reply);
        }
        else if (request.GroupInstanceId is { } instanceId
            && _members.TryFindStatic(instanceId, out ClassicMember? known))
        {
            Replace(known, join, decision, reply);
        }
        else if (join.RequiresMemberId)
        {
            _pendingJoins.Add(join.NewMemberId);
            _sessions.Set(join.NewMemberId, decision.Now + request.SessionTimeoutMs);
            decision.Answer(reply, RefuseJoin(ErrorCode.MemberIdRequired, join.NewMemberId));
        }
        else
        {
            Add(join.NewMemberId, join, decision, reply);
        }
    }

    private bool HasRoomFor(string memberId) => Phase switch
    {
        ClassicGroupState.Empty or ClassicGroupState.Dead => true,

        // Those who have not joined again may lose their places to those who have.
        ClassicGroupState.PreparingRebalance =>
            (_members.TryFind(memberId, out ClassicMember? member) && member.Joining is not null)
                || _members.JoiningCount < settings.SizeMax,
        _ => _members.TryFind(memberId, out _) || _members.Count < settings.SizeMax,
    };

    private bool Fits(JoinGroupRequest request)
    {
        if (Phase == ClassicGroupState.Empty)
            return request.ProtocolType.Length > 0 && request.Protocols.Count > 0;

        return request.ProtocolType == _protocolType && _members.CanAgree(request.Protocols);
    }

    private void JoinWithId(ClassicJoin join, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        JoinGroupRequest request = join.Request;
        if (request.GroupInstanceId is null && _pendingJoins.Contains(request.MemberId))
        {
            Add(request.MemberId, join, decision, reply);
            return;
        }

        ErrorCode error = _members.Check(request.MemberId, request.GroupInstanceId);
        if (error != ErrorCode.None || !_members.TryFind(request.MemberId, out ClassicMember? member))
        {
            decision.Answer(reply, RefuseJoin(error, request.MemberId));
            return;
        }

        // Whoever says nothing new while the others are content is told what it knows; only the leader may ask for a
        // new assignment by joining again.
        bool isContent = Phase switch
        {
            ClassicGroupState.CompletingRebalance => member.Says(request.Protocols),
            ClassicGroupState.Stable => member.Id != _leader && member.Says(request.Protocols),
            _ => false,
        };
        if (isContent)
        {
            decision.Answer(reply, Joined(member));
            return;
        }

        _members.Update(member, join);
        Await(member, decision, reply);
        PrepareOrComplete(decision);
    }

    private void Add(
        string id, ClassicJoin join, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        ClassicMember member = new(id, join.Request.GroupInstanceId, join.ClientId, join.ClientHost)
        {
            SessionTimeoutMs = join.Request.SessionTimeoutMs,
            RebalanceTimeoutMs = join.RebalanceTimeoutMs,
            Protocols = join.Request.Protocols,
            IsNew = true,
        };
        if (_members.Count == 0)
            _protocolType = join.Request.ProtocolType;
        _pendingJoins.Remove(id);
        _members.Add(member);
        _members.BeginJoin(member, reply);
        _leader ??= id;
        _hasNewcomers = true;
        _sessions.Set(id, decision.Now + settings.NewMemberTimeoutMs);
        PrepareOrComplete(decision);
    }

    /// <summary>Puts a static member that has started anew in the place of what it was before.</summary>
    private void Replace(
        ClassicMember known, ClassicJoin join, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        // Whoever still waits under the old id is somebody else who took the same static id.
        bool wasLeader = known.Id == _leader;
        _members.EndJoin(known, decision, RefuseJoin(ErrorCode.FencedInstanceId, known.Id));
        EndSync(known, decision, ErrorCode.FencedInstanceId);
        Forget(known);

        ClassicMember member = new(join.NewMemberId, known.InstanceId, known.ClientId, known.ClientHost)
        {
            SessionTimeoutMs = join.Request.SessionTimeoutMs,
            RebalanceTimeoutMs = join.RebalanceTimeoutMs,
            Protocols = join.Request.Protocols,
            Assignment = known.Assignment,
        };
        _members.Add(member);
        if (wasLeader)
            _leader = member.Id;
        _sessions.Set(member.Id, decision.Now + member.SessionTimeoutMs);

        if (Phase == ClassicGroupState.Stable
            && _members.Vote() == _protocol
            && FitsRecord)
        {
            _topics = FindTopics();
            decision.IsAhead = true;
            decision.Append(ToRecord());
            decision.Answer(reply, Replaced(known, member, join));
            return;
        }

        _members.BeginJoin(member, reply);
        PrepareOrComplete(decision);
    }

    // A client that cannot be told to skip its assignment is told that its former self leads, so that it does not.
    private JoinGroupResponse Replaced(ClassicMember known, ClassicMember member, ClassicJoin join)
    {
        JoinGroupResponse response = Joined(member);
        if (member.Id != _leader)
            return response;

        response.SkipAssignment = join.MaySkipAssignment;
        if (!join.MaySkipAssignment)
        {
            response.Leader = known.Id;
            response.Members = [];
        }

        return response;
    }

    /// <summary>Has a member wait for the others. A request of its own that waits already was given up by it.</summary>
    private void Await(ClassicMember member, GroupDecision decision, GroupReply<JoinGroupResponse> reply)
    {
        _members.EndJoin(member, decision, RefuseJoin(ErrorCode.RebalanceInProgress, member.Id));
        _members.BeginJoin(member, reply);
    }

    private JoinGroupResponse Joined(ClassicMember member)
    {
        JoinGroupResponse response = new()
        {
            MemberId = member.Id,
            GenerationId = Generation,
            ProtocolType = _protocolType,
            ProtocolName = _protocol ?? "",
            Leader = _leader ?? "",
        };
        if (member.Id != _leader)
            return response;

        foreach (ClassicMember other in _members.All)
        {
            response.Members.Add(new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = other.Id,
                GroupInstanceId = other.InstanceId,
                Metadata = other.MetadataOf(_protocol),
            });
        }

        return response;
    }
}
