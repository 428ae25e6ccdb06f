using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>A group changes its protocol while it is empty, and only then.</summary>
public sealed class GroupProtocolChangeTests
{
    private const string Group = "billing";

    [Fact]
    public async Task An_empty_group_changes_its_protocol_and_stays_so_over_a_restart()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");

        // Classic, with a member: nobody joins by heartbeat.
        string classic = await JoinClassicAsync(first);
        Assert.Equal("classic", await TypeAsync(first));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await BeatAsync(first, 0)).ErrorCode);
        await first.SendAsync(new LeaveGroupRequest { GroupId = Group, Members = [new() { MemberId = classic }] });

        // Empty, so that it becomes a consumer group; there no classic member joins.
        Assert.Equal(1, (await BeatAsync(first, 0)).MemberEpoch);
        Assert.Equal("consumer", await TypeAsync(first));
        JoinGroupResponse refused = await first.SendAsync(JoinRequest(memberId: ""));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, refused.ErrorCode);

        BrokerHarness second = await first.RestartAsync();
        Assert.Equal("consumer", await TypeAsync(second));
        Assert.Equal(ErrorCode.None, (await BeatAsync(second, 1)).ErrorCode);
        Assert.Equal(-1, (await BeatAsync(second, -1)).MemberEpoch);

        // Empty again, and classic again.
        await JoinClassicAsync(second);
        await using BrokerHarness third = await second.RestartAsync();
        Assert.Equal("classic", await TypeAsync(third));
    }

    private static async Task<string> TypeAsync(BrokerHarness broker) =>
        (await broker.SendAsync(new ListGroupsRequest())).Groups.Single(group => group.GroupId == Group).GroupType;

    private static ValueTask<ConsumerGroupHeartbeatResponse> BeatAsync(BrokerHarness broker, int epoch)
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("a", "orders");
        (request.GroupId, request.MemberEpoch) = (Group, epoch);
        return broker.SendAsync(request);
    }

    private static JoinGroupRequest JoinRequest(string memberId) => new()
    {
        GroupId = Group,
        SessionTimeoutMs = 30_000,
        RebalanceTimeoutMs = 60_000,
        MemberId = memberId,
        ProtocolType = "consumer",
        Protocols = [new() { Name = "range", Metadata = [] }],
    };

    private static async Task<string> JoinClassicAsync(BrokerHarness broker)
    {
        JoinGroupResponse named = await broker.SendAsync(JoinRequest(memberId: ""));
        Assert.Equal(ErrorCode.MemberIdRequired, named.ErrorCode);
        JoinGroupResponse joined = await broker.SendAsync(JoinRequest(named.MemberId));
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        SyncGroupResponse synced = await broker.SendAsync(new SyncGroupRequest
        {
            GroupId = Group,
            MemberId = joined.MemberId,
            GenerationId = joined.GenerationId,
            ProtocolType = "consumer",
            ProtocolName = "range",
            Assignments = [new() { MemberId = joined.MemberId, Assignment = [1] }],
        });
        Assert.Equal(ErrorCode.None, synced.ErrorCode);
        return joined.MemberId;
    }
}
