using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>A heartbeat, and what is known of its sender.</summary>
/// <param name="Request">The request. <see cref="HeartbeatRules"/> check it before a group hears of it.</param>
/// <param name="ClientId">The client's id.</param>
/// <param name="ClientHost">The client's address.</param>
/// <param name="NewMemberId">The id of a member that joins and has made none itself.</param>
internal sealed record HeartbeatCall(
    ConsumerGroupHeartbeatRequest Request, string ClientId, string ClientHost, string NewMemberId)
{
    /// <summary>Gets the member's id.</summary>
    public string MemberId => Request.MemberId.Length == 0 ? NewMemberId : Request.MemberId;

    /// <summary>Gets whether the member joins.</summary>
    public bool IsJoin => Request.MemberEpoch == ConsumerMember.JoiningEpoch;

    /// <summary>Gets what tells whether the member may see a topic.</summary>
    public Func<string, bool> MaySee { get; init; } = static _ => true;

    /// <summary>Gets whether the request says everything, so that the answer does too.</summary>
    public bool IsFull => IsJoin || (Request.RebalanceTimeoutMs != -1
        && (Request.SubscribedTopicNames is not null || Request.SubscribedTopicRegex is not null)
        && Request.OwnedPartitions is not null);
}
