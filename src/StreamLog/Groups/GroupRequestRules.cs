using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Groups;

/// <summary>Checks the texts of requests to groups: what a group takes in must fit into its records.
/// Stateless.</summary>
/// <remarks>
/// What comes over a connection has passed its decoder, which knows no null where there may be none. A caller in this
/// process has passed nothing. Whoever refuses here answers <see cref="ErrorCode.InvalidRequest"/>.
/// </remarks>
internal static class GroupRequestRules
{
    // Kafka's for a static id, which its clients hold to.
    private const int InstanceIdLengthMax = 249;

    // A new member's id is made of the client's, with a hyphen and a GUID behind it.
    private const int TextBytesMax = WireLimits.StringBytesMax - 64;

    /// <summary>Tells whether the client's own words fit.</summary>
    /// <param name="sender">Who sends.</param>
    /// <returns><see langword="true"/> if they do.</returns>
    public static bool Fits(RequestContext sender) => Fits(sender.ClientId ?? "") && Fits(sender.ClientHost);

    /// <summary>Tells whether a text is there and fits.</summary>
    /// <param name="text">The text.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(string? text) =>
        text is not null && (text.Length <= TextBytesMax / 3 || Encoding.UTF8.GetByteCount(text) <= TextBytesMax);

    /// <summary>Tells whether a static id fits, where there is one.</summary>
    /// <param name="instanceId">The id, or <see langword="null"/>.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool FitsInstance(string? instanceId) => instanceId is null or { Length: <= InstanceIdLengthMax };

    /// <summary>Tells whether a request to join fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(JoinGroupRequest request) =>
        Fits(request.MemberId)
            && FitsInstance(request.GroupInstanceId)
            && Fits(request.ProtocolType)
            && request.Protocols?.All(one => one is { Metadata: not null } && Fits(one.Name)) == true;

    /// <summary>Tells whether a request for an assignment fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(SyncGroupRequest request) =>
        Fits(request.MemberId)
            && request.Assignments?.All(one => one is { MemberId: not null, Assignment: not null }) == true;

    /// <summary>Tells whether a request of members to leave fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(LeaveGroupRequest request) =>
        request.MemberId is not null && request.Members?.All(one => one is { MemberId: not null }) == true;

    /// <summary>Tells whether a commit fits.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(OffsetCommitRequest request) =>
        Fits(request.MemberId) && request.Topics.All(static one => one.Name is not null);

    /// <summary>Tells whether a heartbeat fits.</summary>
    /// <param name="request">The heartbeat.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public static bool Fits(ConsumerGroupHeartbeatRequest request) =>
        Fits(request.MemberId)
            && FitsInstance(request.InstanceId)
            && Fits(request.RackId ?? "")
            && Fits(request.SubscribedTopicRegex ?? "")
            && request.SubscribedTopicNames?.All(Fits) != false
            && request.OwnedPartitions?.All(static one => one is { Partitions: not null }) != false;
}
