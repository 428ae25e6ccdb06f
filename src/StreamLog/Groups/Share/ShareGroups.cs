using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>Who is in the share groups: what concerns their members, among the groups of the node.</summary>
/// <remarks>Owned by the broker; thread-safe.</remarks>
/// <param name="groups">The groups.</param>
/// <param name="metadata">The metadata, to find topics in.</param>
internal sealed class ShareGroups(GroupCoordinator groups, ClusterMetadata metadata)
{
    private static readonly ShareGroupSettings Settings = new();

    /// <summary>Takes the heartbeat of a member.</summary>
    /// <param name="request">The heartbeat.</param>
    /// <param name="clientId">The client's id.</param>
    /// <param name="clientHost">The client's address.</param>
    /// <param name="cancellationToken">Stops the wait. What was decided holds all the same.</param>
    /// <returns>The response, once what was decided is committed.</returns>
    public ValueTask<ShareGroupHeartbeatResponse> HeartbeatAsync(
        ShareGroupHeartbeatRequest request, string clientId, string clientHost, CancellationToken cancellationToken)
    {
        if (ShareHeartbeatCall.Check(request) is { } refusal)
        {
            return new ValueTask<ShareGroupHeartbeatResponse>(
                new ShareGroupHeartbeatResponse { ErrorCode = refusal.Error, ErrorMessage = refusal.Message });
        }

        // The image is looked at when it is decided, so that a group never sees an older one than before.
        return groups.DecideAsync<ShareGroupHeartbeatResponse>(
            request.GroupId,
            mayCreate: request.MemberEpoch == ConsumerMember.JoiningEpoch,
            ShareHeartbeatCall.Refuse,
            (table, decision, reply) => decision.Answer(reply, ShareGroup.Heartbeat(
                table, new ShareHeartbeatCall(request, clientId, clientHost, metadata.Image), Settings, decision)),
            cancellationToken);
    }

    /// <summary>Describes a group.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>What it looks like, or why that cannot be told.</returns>
    public ShareGroupDescribeResponse.DescribedGroup Describe(string group)
    {
        ShareGroupDescribeResponse.DescribedGroup? described = groups.Read(
            group,
            table => table.Find(group) is ShareGroup known ? ShareGroupDescription.Of(known, metadata.Image) : null,
            out ErrorCode error);
        return described ?? new ShareGroupDescribeResponse.DescribedGroup
        {
            GroupId = group,
            ErrorCode = error == ErrorCode.None ? ErrorCode.GroupIdNotFound : error,
            ErrorMessage = error == ErrorCode.None ? $"There is no share group {group}." : null,
        };
    }

    /// <summary>Tells whether somebody is a member of a group.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="memberId">The member's id.</param>
    /// <returns>None, or the error to answer.</returns>
    public ErrorCode CheckMember(string group, string memberId) => Check(
        group, known => known.Records.Find(memberId) is null ? ErrorCode.UnknownMemberId : ErrorCode.None);

    /// <summary>Tells whether how far a group has come may be changed by who is no member.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>None, or the error to answer.</returns>
    public ErrorCode CheckEmpty(string group) =>
        Check(group, known => known.IsEmpty ? ErrorCode.None : ErrorCode.NonEmptyGroup);

    /// <summary>Tells whether there is a group.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>None, or the error to answer.</returns>
    public ErrorCode CheckExists(string group) => Check(group, static _ => ErrorCode.None);

    private ErrorCode Check(string group, Func<ShareGroup, ErrorCode> check)
    {
        ErrorCode? found = groups.Read<ErrorCode?>(
            group, table => table.Find(group) is ShareGroup known ? check(known) : null, out ErrorCode error);
        return found ?? (error == ErrorCode.None ? ErrorCode.GroupIdNotFound : error);
    }
}
