using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>A request to join, and what its group cannot know by itself. Immutable.</summary>
/// <param name="Request">The request.</param>
/// <param name="ClientId">The client's name for itself.</param>
/// <param name="ClientHost">The client's address.</param>
/// <param name="NewId">A new id, for a new member.</param>
internal sealed record ClassicJoin(JoinGroupRequest Request, string ClientId, string ClientHost, Guid NewId)
{
    private const short KnowsMemberIdRequired = 4;
    private const short KnowsSkipAssignment = 9;

    /// <summary>Gets whether the member is told its id first, and joins again with it.</summary>
    public bool RequiresMemberId =>
        Request.Version >= KnowsMemberIdRequired && Request.GroupInstanceId is null;

    /// <summary>Gets whether the member can be told that it leads and has nothing to assign.</summary>
    public bool MaySkipAssignment => Request.Version >= KnowsSkipAssignment;

    /// <summary>Gets how long the member may take to join again.</summary>
    public int RebalanceTimeoutMs =>
        Request.RebalanceTimeoutMs < 0 ? Request.SessionTimeoutMs : Request.RebalanceTimeoutMs;

    /// <summary>Gets the id that a new member is given: Kafka's form.</summary>
    public string NewMemberId => $"{Request.GroupInstanceId ?? ClientId}-{NewId}";
}
