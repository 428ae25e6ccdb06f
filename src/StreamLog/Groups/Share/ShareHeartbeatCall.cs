using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>A heartbeat to a share group, and what is known of its sender and of the cluster. Immutable.</summary>
/// <param name="Request">The request.</param>
/// <param name="ClientId">The client's id.</param>
/// <param name="ClientHost">The client's address.</param>
/// <param name="Image">The topics that there are.</param>
internal sealed record ShareHeartbeatCall(
    ShareGroupHeartbeatRequest Request, string ClientId, string ClientHost, ClusterImage Image)
{
    /// <summary>Gets whether the member joins.</summary>
    public bool IsJoin => Request.MemberEpoch == ConsumerMember.JoiningEpoch;

    /// <summary>Checks what can be told from the request alone, in Kafka's order and with its errors.</summary>
    /// <param name="request">The request.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static GroupRefusal? Check(ShareGroupHeartbeatRequest request)
    {
        string? problem =
            IsBlank(request.GroupId) ? "GroupId must not be empty."
            : IsBlank(request.MemberId) ? "MemberId must not be empty."
            : IsBlank(request.RackId) ? "RackId must not be empty."
            : request.MemberEpoch < ConsumerMember.LeavingEpoch ? "MemberEpoch must be -1 or more."
            : request.MemberEpoch == ConsumerMember.JoiningEpoch && request.SubscribedTopicNames is not { Count: > 0 }
                ? "SubscribedTopicNames must be set when joining."
            : null;
        return problem is null ? null : new GroupRefusal(ErrorCode.InvalidRequest, problem);
    }

    /// <summary>Makes the response that tells an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public static ShareGroupHeartbeatResponse Refuse(ErrorCode error) => new()
    {
        // A commit's error means nothing to a member: its group has too much to say for one batch of records.
        ErrorCode = error == ErrorCode.InvalidCommitOffsetSize ? ErrorCode.UnknownServerError : error,
    };

    private static bool IsBlank(string? text) => text is not null && text.AsSpan().Trim().IsEmpty;
}
