using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Checks heartbeats, in Kafka's order and with its errors. Stateless.</summary>
internal static class HeartbeatRules
{
    /// <summary>Checks what can be told from the request alone.</summary>
    /// <param name="request">The request.</param>
    /// <param name="settings">The settings, for the assignors that there are.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static GroupRefusal? Check(ConsumerGroupHeartbeatRequest request, ConsumerGroupSettings settings)
    {
        string? problem = ProblemOf(request);
        if (problem is not null)
            return new GroupRefusal(ErrorCode.InvalidRequest, problem);

        return request.ServerAssignor is { } name && settings.FindAssignor(name) is null
            ? new GroupRefusal(
                ErrorCode.UnsupportedAssignor,
                $"There is no assignor {name}. There are: "
                    + $"{string.Join(", ", settings.Assignors.Select(assignor => assignor.Name))}.")
            : null;
    }

    /// <summary>Checks that a member is where it says.</summary>
    /// <param name="member">The member.</param>
    /// <param name="epoch">The epoch that it comes with.</param>
    /// <param name="owned">What it says it owns, or <see langword="null"/> where it says nothing.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    /// <remarks>
    /// An answer may be lost on its way. So a member may come with the epoch before, if it owns nothing that it may not
    /// have now.
    /// </remarks>
    public static GroupRefusal? CheckEpoch(ConsumerMember member, int epoch, PartitionSet? owned)
    {
        bool isKnown = epoch == member.Epoch
            || (epoch < member.Epoch && epoch == member.PreviousEpoch && owned?.IsSubsetOf(member.Assigned) == true);
        return isKnown
            ? null
            : new GroupRefusal(
                ErrorCode.FencedMemberEpoch,
                $"The member comes with epoch {epoch} and is at {member.Epoch}. It must abandon its partitions and "
                    + "join again.");
    }

    private static string? ProblemOf(ConsumerGroupHeartbeatRequest request)
    {
        // Version 1 lets no member come without an id. A request does not tell its version here, so the older rule
        // holds for all: whoever joins may leave it to us.
        if (request.MemberEpoch != ConsumerMember.JoiningEpoch && IsBlank(request.MemberId))
            return "MemberId must not be empty.";
        if (IsBlank(request.GroupId))
            return "GroupId must not be empty.";
        if (IsBlank(request.InstanceId))
            return "InstanceId must not be empty.";
        if (IsBlank(request.RackId))
            return "RackId must not be empty.";
        if (!GroupRequestRules.Fits(request))
            return "A text is missing or too long: an InstanceId has at most 249 characters.";

        return request.MemberEpoch switch
        {
            ConsumerMember.JoiningEpoch => ProblemOfJoin(request),
            ConsumerMember.AwayEpoch when request.InstanceId is null => "InstanceId must be set at epoch -2.",
            < ConsumerMember.AwayEpoch => "MemberEpoch must be -2 or more.",
            _ => null,
        };
    }

    private static string? ProblemOfJoin(ConsumerGroupHeartbeatRequest request)
    {
        if (request.RebalanceTimeoutMs == -1)
            return "RebalanceTimeoutMs must be set when joining.";
        if (request.OwnedPartitions is not { Count: 0 })
            return "TopicPartitions must be set and empty when joining.";

        // Neither need say anything: a member may be there without topics.
        return request.SubscribedTopicNames is null && request.SubscribedTopicRegex is null
            ? "SubscribedTopicNames or SubscribedTopicRegex must be set when joining."
            : null;
    }

    private static bool IsBlank(string? text) => text is not null && text.AsSpan().Trim().IsEmpty;
}
