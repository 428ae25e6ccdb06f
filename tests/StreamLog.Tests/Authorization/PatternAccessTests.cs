using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Authorization;

/// <summary>Members of groups that subscribe by a pattern, and may not see all topics that match.</summary>
public sealed class PatternAccessTests
{
    [Fact]
    public async Task A_pattern_stands_for_the_topics_that_the_member_may_see()
    {
        await using AclHarness node = await StartAsync();
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders-eu");

        ConsumerGroupHeartbeatResponse joined = await node.SendAsync(Join("a"));

        Assert.Equal(["orders-eu"], TopicsOf(node, joined));
    }

    [Fact]
    public async Task Who_may_see_nothing_is_in_the_group_without_partitions()
    {
        await using AclHarness node = await StartAsync();

        ConsumerGroupHeartbeatResponse joined = await node.SendAsync(Join("a"));

        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.Empty(TopicsOf(node, joined));
    }

    [Fact]
    public async Task A_member_in_this_process_may_see_everything()
    {
        await using AclHarness node = await StartAsync();

        ConsumerGroupHeartbeatResponse joined = await node.Broker.SendAsync(Join("a"));

        Assert.Equal(["orders-eu", "orders-us"], TopicsOf(node, joined));
    }

    [Fact]
    public async Task Rules_that_change_are_noticed_after_ten_minutes_and_with_new_topics_at_once()
    {
        await using AclHarness node = await StartAsync();
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders-eu");
        ConsumerGroupHeartbeatResponse heard = await node.SendAsync(Join("a"));
        heard = await node.SendAsync(Beat("a", heard.MemberEpoch));
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders-", AclPatternType.Prefixed);

        int before = heard.MemberEpoch;
        heard = await node.SendAsync(Beat("a", heard.MemberEpoch));
        Assert.Equal(before, heard.MemberEpoch);
        for (int i = 0; i < 20; i++)
        {
            node.Broker.Time.Advance(TimeSpan.FromSeconds(30));
            heard = await node.SendAsync(Beat("a", heard.MemberEpoch));
            Assert.Equal(before, heard.MemberEpoch);
        }

        node.Broker.Time.Advance(TimeSpan.FromSeconds(30));
        heard = await node.SendAsync(Beat("a", heard.MemberEpoch));
        Assert.Equal(["orders-eu", "orders-us"], TopicsOf(node, heard));

        await node.Broker.CreateTopicAsync("orders-asia");
        heard = await node.SendAsync(Beat("a", heard.MemberEpoch));
        Assert.Equal(["orders-asia", "orders-eu", "orders-us"], TopicsOf(node, heard));
    }

    [Fact]
    public async Task Members_who_may_see_different_topics_do_not_undo_what_was_found_for_each_other()
    {
        await using AclHarness node = await StartAsync();
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders-eu");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Group, "billing", user: "bob");
        await node.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "orders-us", user: "bob");
        int first = (await node.SendAsync(Join("a"))).MemberEpoch;
        int second = (await node.SendAsync(Join("b"), "bob")).MemberEpoch;

        for (int i = 0; i < 5; i++)
        {
            first = (await node.SendAsync(Beat("a", first))).MemberEpoch;
            second = (await node.SendAsync(Beat("b", second), "bob")).MemberEpoch;
        }

        Assert.Equal((2, 2), (first, second));
    }

    private static async Task<AclHarness> StartAsync()
    {
        AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders-eu");
        await node.Broker.CreateTopicAsync("orders-us");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Group, "billing");
        return node;
    }

    private static ConsumerGroupHeartbeatRequest Join(string member) => new()
    {
        GroupId = "billing",
        MemberId = member,
        RebalanceTimeoutMs = 60_000,
        SubscribedTopicRegex = "orders-.*",
        OwnedPartitions = [],
    };

    private static ConsumerGroupHeartbeatRequest Beat(string member, int epoch) => new()
    {
        GroupId = "billing",
        MemberId = member,
        MemberEpoch = epoch,
    };

    private static IEnumerable<string> TopicsOf(AclHarness node, ConsumerGroupHeartbeatResponse response) =>
        response.Assignment!.Partitions
            .Select(topic => node.Broker.Broker.Image.FindTopic(topic.TopicId)!.Name).Order(StringComparer.Ordinal);
}
