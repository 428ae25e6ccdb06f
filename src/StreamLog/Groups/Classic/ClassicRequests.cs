using StreamLog.Groups.Consumer;
using StreamLog.Groups.Share;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>The requests of the classic protocol, each decided within the groups of its partition: a consumer group
/// takes them too. Stateless.</summary>
internal static class ClassicRequests
{
    /// <summary>Decides on a request to join, which may begin a group.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="join">The request.</param>
    /// <param name="settings">What holds for all groups.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Join(
        GroupTable groups,
        ClassicJoin join,
        ClassicGroupSettings settings,
        GroupDecision decision,
        GroupReply<JoinGroupResponse> reply)
    {
        JoinGroupRequest request = join.Request;
        IGroup? known = groups.Find(request.GroupId);
        ErrorCode error = ErrorCode.None;
        if (request.SessionTimeoutMs < settings.SessionTimeoutMinMs
            || request.SessionTimeoutMs > settings.SessionTimeoutMaxMs)
        {
            error = ErrorCode.InvalidSessionTimeout;
        }
        else if (known is ConsumerGroup { IsEmpty: false } consumers)
        {
            consumers.Join(join, decision, reply);
            return;
        }
        else if (known is ShareGroup)
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }
        else if (known is not ClassicGroup && request.MemberId.Length > 0)
        {
            error = ErrorCode.UnknownMemberId;
        }

        if (error != ErrorCode.None)
        {
            decision.Answer(reply, ClassicGroup.RefuseJoin(error, request.MemberId));
            return;
        }

        if (known is not ClassicGroup group)
        {
            group = new ClassicGroup(request.GroupId, settings);
            group.Loaded(decision.Now, decision.Image);
        }

        group.Join(join, decision, reply);
        if (ReferenceEquals(known, group) || group.IsUnused)
            return;

        // An empty group of another protocol makes room.
        if (known is not null)
        {
            decision.IsAhead = true;
            known.Delete(decision);
        }

        groups.Put(group);
    }

    /// <summary>Decides on a request for an assignment.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Sync(
        GroupTable groups,
        SyncGroupRequest request,
        GroupDecision decision,
        GroupReply<SyncGroupResponse> reply)
    {
        IGroup? known = groups.Find(request.GroupId);
        if (known is ClassicGroup group)
            group.Sync(request, decision, reply);
        else if (known is ConsumerGroup consumers)
            consumers.Sync(request, decision, reply);
        else
            decision.Answer(reply, new SyncGroupResponse { ErrorCode = ErrorCode.UnknownMemberId });
    }

    /// <summary>Decides on a sign of life.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Heartbeat(
        GroupTable groups,
        HeartbeatRequest request,
        GroupDecision decision,
        GroupReply<HeartbeatResponse> reply)
    {
        IGroup? known = groups.Find(request.GroupId);
        if (known is ClassicGroup group)
            group.Heartbeat(request, decision, reply);
        else if (known is ConsumerGroup consumers)
            consumers.Heartbeat(request, decision, reply);
        else
            decision.Answer(reply, new HeartbeatResponse { ErrorCode = ErrorCode.UnknownMemberId });
    }

    /// <summary>Decides on a request of members to leave.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="request">The request, with its members in the list.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Leave(
        GroupTable groups,
        LeaveGroupRequest request,
        GroupDecision decision,
        GroupReply<LeaveGroupResponse> reply)
    {
        IGroup? known = groups.Find(request.GroupId);
        if (known is ClassicGroup group)
            group.Leave(request, decision, reply);
        else if (known is ConsumerGroup consumers)
            consumers.Leave(request, decision, reply);
        else
            decision.Answer(reply, RefuseLeave(request, ErrorCode.UnknownMemberId));
    }

    /// <summary>Makes the response that tells an error for all who would leave.</summary>
    /// <param name="request">The request, with its members in the list.</param>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public static LeaveGroupResponse RefuseLeave(LeaveGroupRequest request, ErrorCode error)
    {
        // Of a group that is not there nobody is a member; other errors are the group's.
        if (error is not (ErrorCode.UnknownMemberId or ErrorCode.GroupIdNotFound))
            return new LeaveGroupResponse { ErrorCode = error };

        return new LeaveGroupResponse
        {
            Members =
            [
                .. request.Members.Select(member => new LeaveGroupResponse.MemberResponse
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.GroupInstanceId,
                    ErrorCode = ErrorCode.UnknownMemberId,
                }),
            ],
        };
    }
}
