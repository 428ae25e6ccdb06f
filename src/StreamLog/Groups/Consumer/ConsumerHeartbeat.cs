using StreamLog.Groups.Share;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>The decision on one heartbeat: finds its group, or makes it. Belongs to its request.</summary>
/// <param name="call">The heartbeat.</param>
/// <param name="settings">The settings of groups.</param>
internal sealed class ConsumerHeartbeat(HeartbeatCall call, ConsumerGroupSettings settings)
{
    /// <summary>Makes the response that tells an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public static ConsumerGroupHeartbeatResponse Refuse(ErrorCode error) => new()
    {
        // A commit's error means nothing to a member: its group has too much to say for one batch of records.
        ErrorCode = error == ErrorCode.InvalidCommitOffsetSize ? ErrorCode.UnknownServerError : error,
    };

    /// <summary>Decides.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Decide(GroupTable groups, GroupDecision decision, GroupReply<ConsumerGroupHeartbeatResponse> reply)
    {
        string name = call.Request.GroupId;
        IGroup? known = groups.Find(name);
        if (known is ConsumerGroup group)
        {
            if (call.Request.WaitsForNews)
                group.WaitForNews(call.MemberId, decision, reply);
            else
                decision.Answer(reply, group.Heartbeat(call, decision));
            return;
        }

        // A group of another protocol gives way once it has no members: Kafka's migration policy "disabled". A share
        // group does not: it has come somewhere.
        if (!call.IsJoin || known is { IsEmpty: false } or ShareGroup)
        {
            decision.Answer(reply, new ConsumerGroupHeartbeatResponse
            {
                ErrorCode = ErrorCode.GroupIdNotFound,
                ErrorMessage = known is null ? $"There is no group {name}." : $"{name} is not a consumer group.",
            });
            return;
        }

        // The old group's records come first in the log; the new one, which is in its place by then, knows nothing of
        // them. Where it refuses its first member, the old one stays.
        ConsumerGroup created = new(name, settings);
        GroupDecision joining = new(decision.Now, decision.Timestamp);
        ConsumerGroupHeartbeatResponse response = created.Heartbeat(call, joining);
        if (response.ErrorCode == ErrorCode.None)
        {
            known?.Delete(decision);
            foreach (GroupRecord record in joining.Records)
                decision.Append(record);
            decision.IsAhead = true;
            groups.Put(created);
        }

        decision.Answer(reply, response);
    }
}
