using StreamLog.Groups.Classic;
using StreamLog.Groups.Migration;
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
    public static ConsumerGroupHeartbeatResponse Refuse(ErrorCode error) =>
        new() { ErrorCode = MemberErrors.Of(error) };

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

        IReadOnlyList<GroupRecord>? upgraded = [];
        string? problem = known is null ? null : "It is not a consumer group.";
        if (known is ClassicGroup { Members.Count: > 0 } classic && call.IsJoin)
            upgraded = GroupUpgrade.ToRecords(classic, decision.Image, settings, out problem);

        // A group without members gives way. A share group does not: it has come somewhere.
        bool mayCreate = known is null or ClassicGroup || (known.IsEmpty && known is not ShareGroup);
        if (call.IsJoin && mayCreate && upgraded is not null)
            Create(known, upgraded, groups, decision, reply);
        else
            decision.Answer(reply, NotFound(problem));
    }

    private void Create(
        IGroup? known,
        IReadOnlyList<GroupRecord> upgraded,
        GroupTable groups,
        GroupDecision decision,
        GroupReply<ConsumerGroupHeartbeatResponse> reply)
    {
        // The old group's records come first in the log; the new one, which is in its place by then, knows nothing of
        // them. Where it refuses its first member, the old one stays.
        ConsumerGroup created = new(call.Request.GroupId, settings);
        foreach (GroupRecord record in upgraded)
            created.Apply(record);
        created.Loaded(decision.Now, decision.Image);
        GroupDecision joining = new(decision.Now, decision.Timestamp, decision.Image);
        ConsumerGroupHeartbeatResponse response = created.Heartbeat(call, joining);
        if (response.ErrorCode == ErrorCode.None && !GroupLog.Fits(upgraded.Concat(joining.Records)))
            response = NotFound("It cannot become one: it has too much to say for one batch of records.");
        if (response.ErrorCode == ErrorCode.None)
        {
            known?.Delete(decision);
            (known as ClassicGroup)?.GiveWay(decision);
            foreach (GroupRecord record in upgraded.Concat(joining.Records))
                decision.Append(record);
            decision.IsAhead = true;
            groups.Put(created);
        }

        decision.Answer(reply, response);
    }

    private ConsumerGroupHeartbeatResponse NotFound(string? problem) => new()
    {
        ErrorCode = ErrorCode.GroupIdNotFound,
        ErrorMessage = $"There is no consumer group {call.Request.GroupId}. {problem}".TrimEnd(),
    };
}
