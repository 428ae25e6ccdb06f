using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups;

/// <summary>What a node is told of groups reaches them, those too that were there before.</summary>
public sealed class GroupOptionsTests
{
    [Fact]
    public async Task A_classic_group_goes_by_the_options_of_its_node()
    {
        StreamLogOptions options = new();
        options.Groups.MinSessionTimeout = TimeSpan.FromSeconds(1);
        options.Groups.MaxSessionTimeout = TimeSpan.FromSeconds(2);
        options.Groups.MaxSize = 1;
        options.Groups.InitialRebalanceDelay = TimeSpan.FromSeconds(3);
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);

        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await broker.SendAsync(Join(999))).ErrorCode);
        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await broker.SendAsync(Join(2_001))).ErrorCode);
        Task<JoinGroupResponse> first = broker.SendAsync(Join(1_000)).AsTask();
        Assert.False(first.IsCompleted);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, (await broker.SendAsync(Join(2_000))).ErrorCode);

        broker.Time.Advance(TimeSpan.FromMilliseconds(2_999));
        Assert.False(first.IsCompleted);
        broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.None, (await first).ErrorCode);
    }

    [Fact]
    public async Task A_classic_group_waits_for_no_further_members_unless_it_is_told_to()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        // The broker's clock stands still.
        Task<JoinGroupResponse> first = broker.SendAsync(Join(10_000)).AsTask();

        Assert.Equal(ErrorCode.None, (await first.WaitAsync(TimeSpan.FromSeconds(30))).ErrorCode);
    }

    [Fact]
    public async Task A_consumer_group_goes_by_the_options_of_its_node_after_a_restart_too()
    {
        BrokerHarness before = await BrokerHarness.StartAsync();
        await before.CreateTopicAsync("orders");
        Assert.Equal(5_000, (await before.SendAsync(Beat("a"))).HeartbeatIntervalMs);
        StreamLogOptions options = new();
        options.Groups.ConsumerSessionTimeout = TimeSpan.FromSeconds(2);
        options.Groups.ConsumerHeartbeatInterval = TimeSpan.FromSeconds(1);
        options.Groups.ConsumerMaxSize = 1;

        await using BrokerHarness broker = await before.RestartAsync(options);

        Assert.Equal(ErrorCode.GroupMaxSizeReached, (await broker.SendAsync(Beat("b"))).ErrorCode);
        Assert.Equal(1_000, (await broker.SendAsync(Beat("a"))).HeartbeatIntervalMs);
        broker.Time.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal("Stable", await StateAsync(broker));
        broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("Empty", await StateAsync(broker));
    }

    private static JoinGroupRequest Join(int sessionTimeoutMs) => new()
    {
        GroupId = "g",
        MemberId = "",
        Version = 3,
        SessionTimeoutMs = sessionTimeoutMs,
        RebalanceTimeoutMs = 60_000,
        ProtocolType = "consumer",
        Protocols = { new() { Name = "range", Metadata = [1] } },
    };

    private static ConsumerGroupHeartbeatRequest Beat(string memberId)
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest(memberId, "orders");
        request.GroupId = "g";
        return request;
    }

    private static async Task<string> StateAsync(BrokerHarness broker) =>
        (await broker.SendAsync(new ListGroupsRequest())).Groups.Single().GroupState;
}
