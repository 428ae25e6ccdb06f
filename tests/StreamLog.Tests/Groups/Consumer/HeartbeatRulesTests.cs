using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>What is refused whatever the group is like.</summary>
public sealed class HeartbeatRulesTests
{
    private static readonly Dictionary<string, Action<ConsumerGroupHeartbeatRequest>> Invalid = new()
    {
        ["no group"] = request => request.GroupId = "",
        ["a blank group"] = request => request.GroupId = "  ",
        ["a blank instance"] = request => request.InstanceId = "",
        ["a blank rack"] = request => request.RackId = " ",
        ["a member without an id"] = request => (request.MemberId, request.MemberEpoch) = ("", 1),
        ["a leaver without an id"] = request => (request.MemberId, request.MemberEpoch) = ("", -1),
        ["no timeout"] = request => request.RebalanceTimeoutMs = -1,
        ["nothing owned is not said"] = request => request.OwnedPartitions = null,
        ["a newcomer owns"] = request => request.OwnedPartitions = [new() { Partitions = [1] }],
        ["no subscription"] = request => request.SubscribedTopicNames = null,
        ["away without an instance"] = request => request.MemberEpoch = -2,
        ["an epoch that there is not"] = request => request.MemberEpoch = -3,
    };

    public static TheoryData<string> Names => [.. Invalid.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_makes_no_sense_is_refused(string name)
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("a", "t");
        Assert.Null(HeartbeatRules.Check(request, new ConsumerGroupSettings()));
        Invalid[name](request);

        Assert.Equal(ErrorCode.InvalidRequest, HeartbeatRules.Check(request, new ConsumerGroupSettings())?.Error);
    }

    [Fact]
    public void A_member_may_join_without_topics()
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("a");
        Assert.Null(HeartbeatRules.Check(request, new ConsumerGroupSettings()));

        request.SubscribedTopicNames = null;
        request.SubscribedTopicRegex = "";
        Assert.Null(HeartbeatRules.Check(request, new ConsumerGroupSettings()));
    }
}
