using StreamLog.Groups.Classic;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>A group changes its protocol with its members, through the broker's door and down to the disk.</summary>
public sealed class MigrationBrokerTests
{
    private const string Group = "billing";

    [Fact]
    public async Task A_group_changes_its_protocol_and_back_over_power_cuts()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders", 2);
        string classic = await MakeClassicAsync(first);
        Assert.Equal(ErrorCode.None, await CommitAsync(first, classic, 1, offset: 5));
        Assert.Equal(2, (await BeatAsync(first, 0)).MemberEpoch);
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(first, classic, 1));

        // Of both protocols.
        BrokerHarness second = await first.CrashAsync();
        Assert.Equal("consumer", await TypeAsync(second));
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(second, classic, 1));
        Assert.Equal(2, (await JoinAsync(second, classic)).GenerationId);
        Assert.Equal(ErrorCode.None, await CommitAsync(second, classic, 2, offset: 6));
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitAsync(second, classic, 1, offset: 7));
        Assert.Equal(ErrorCode.IllegalGeneration, await CommitInTransactionAsync(second, classic, 1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await CommitAsync(second, "m", 1, offset: 7));
        Assert.Equal(ErrorCode.IllegalGeneration, await FetchAsync(second, classic, 1));
        Assert.Equal(ErrorCode.None, await FetchAsync(second, classic, 2));
        Assert.Equal(
            (ErrorCode.GroupIdNotFound, "Dead"), await DescribeClassicAsync(second));
        ConsumerGroupDescribeResponse described =
            await second.SendAsync(new ConsumerGroupDescribeRequest { GroupIds = { Group } });
        Assert.Equal(
            [0, 1], described.Groups.Single().Members.Select(member => (int)member.MemberType).Order());

        // Classic again, and in the midst of the rebalance that this takes.
        Assert.Equal(-1, (await BeatAsync(second, -1)).MemberEpoch);
        await using BrokerHarness third = await second.CrashAsync();
        Assert.Equal("classic", await TypeAsync(third));
        Assert.Equal((ErrorCode.None, "PreparingRebalance"), await DescribeClassicAsync(third));
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(third, classic, 2));
        JoinGroupResponse joined = await JoinAsync(third, classic);
        Assert.Equal((3, classic), (joined.GenerationId, joined.Leader));
        await SyncAsync(third, joined);
        Assert.Equal((ErrorCode.None, "Stable"), await DescribeClassicAsync(third));
        Assert.Equal(6, await CommittedAsync(third));
    }

    [Fact]
    public async Task A_group_whose_last_consumer_is_silent_becomes_classic_by_the_clock_of_the_node()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        Assert.Equal(1, (await BeatAsync(broker, 0)).MemberEpoch);
        string classic = (await JoinAsync(broker, "")).MemberId;
        Assert.Equal(2, (await JoinAsync(broker, classic)).GenerationId);
        await SyncAsync(broker, new() { MemberId = classic, GenerationId = 2 });
        for (int i = 0; i < 9; i++)
        {
            Assert.Equal("consumer", await TypeAsync(broker));
            broker.Time.Advance(TimeSpan.FromSeconds(5));
            await HeartbeatAsync(broker, classic, 2);
        }

        Assert.Equal("classic", await TypeAsync(broker));
        Assert.Equal(ErrorCode.RebalanceInProgress, await HeartbeatAsync(broker, classic, 2));
        Assert.Equal(3, (await JoinAsync(broker, classic)).GenerationId);
    }

    [Fact]
    public async Task The_policy_of_the_node_holds()
    {
        StreamLogOptions options = new();
        options.Groups.MigrationPolicy = GroupMigrationPolicy.Downgrade;
        await using BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.CreateTopicAsync("orders", 2);
        string classic = await MakeClassicAsync(broker);

        Assert.Equal(ErrorCode.GroupIdNotFound, (await BeatAsync(broker, 0)).ErrorCode);

        Assert.Equal(ErrorCode.None, await HeartbeatAsync(broker, classic, 1));
    }

    private static async Task<string> MakeClassicAsync(BrokerHarness broker)
    {
        string id = (await JoinAsync(broker, "")).MemberId;
        await SyncAsync(broker, await JoinAsync(broker, id));
        return id;
    }

    private static async Task<JoinGroupResponse> JoinAsync(BrokerHarness broker, string memberId)
    {
        JoinGroupRequest request = MixedGroup.JoinRequest(memberId, "orders");
        request.GroupId = Group;
        return await broker.SendAsync(request);
    }

    private static async Task<SyncGroupResponse> SyncAsync(BrokerHarness broker, JoinGroupResponse joined) =>
        await broker.SendAsync(new SyncGroupRequest
        {
            GroupId = Group,
            MemberId = joined.MemberId,
            GenerationId = joined.GenerationId,
            Assignments =
            {
                new()
                {
                    MemberId = joined.MemberId,
                    Assignment = ConsumerAssignment.Write(MixedGroup.Parse("orders-0 orders-1")),
                },
            },
        });

    private static async Task<ErrorCode> HeartbeatAsync(BrokerHarness broker, string memberId, int generation) =>
        (await broker.SendAsync(new HeartbeatRequest
        {
            GroupId = Group,
            MemberId = memberId,
            GenerationId = generation,
        })).ErrorCode;

    private static ValueTask<ConsumerGroupHeartbeatResponse> BeatAsync(BrokerHarness broker, int epoch)
    {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupDriver.JoinRequest("m", "orders");
        (request.GroupId, request.MemberEpoch) = (Group, epoch);
        return broker.SendAsync(request);
    }

    private static async Task<ErrorCode> CommitAsync(BrokerHarness broker, string memberId, int epoch, long offset)
    {
        OffsetCommitResponse response = await broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = Group,
            MemberId = memberId,
            GenerationIdOrMemberEpoch = epoch,
            Topics = { new() { Name = "orders", Partitions = { new() { CommittedOffset = offset } } } },
        });
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private static async Task<ErrorCode> CommitInTransactionAsync(BrokerHarness broker, string memberId, int epoch)
    {
        InitProducerIdResponse producer = await broker.SendAsync(
            new InitProducerIdRequest { TransactionalId = "t", TransactionTimeoutMs = 60_000 });
        await broker.SendAsync(new AddOffsetsToTxnRequest
        {
            TransactionalId = "t",
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            GroupId = Group,
        });
        TxnOffsetCommitResponse response = await broker.SendAsync(new TxnOffsetCommitRequest
        {
            TransactionalId = "t",
            ProducerId = producer.ProducerId,
            ProducerEpoch = producer.ProducerEpoch,
            GroupId = Group,
            MemberId = memberId,
            GenerationId = epoch,
            Topics = { new() { Name = "orders", Partitions = { new() { CommittedOffset = 9 } } } },
        });
        return response.Topics.Single().Partitions.Single().ErrorCode;
    }

    private static async Task<ErrorCode> FetchAsync(BrokerHarness broker, string memberId, int epoch) =>
        (await broker.SendAsync(new OffsetFetchRequest
        {
            Groups = { new() { GroupId = Group, MemberId = memberId, MemberEpoch = epoch, Topics = null } },
        })).Groups.Single().ErrorCode;

    private static async Task<long> CommittedAsync(BrokerHarness broker) =>
        (await broker.SendAsync(new OffsetFetchRequest { Groups = { new() { GroupId = Group, Topics = null } } }))
            .Groups.Single().Topics.Single().Partitions.Single().CommittedOffset;

    private static async Task<string> TypeAsync(BrokerHarness broker) =>
        (await broker.SendAsync(new ListGroupsRequest())).Groups.Single(group => group.GroupId == Group).GroupType;

    private static async Task<(ErrorCode Error, string State)> DescribeClassicAsync(BrokerHarness broker)
    {
        DescribeGroupsResponse response = await broker.SendAsync(new DescribeGroupsRequest { Groups = { Group } });
        return (response.Groups.Single().ErrorCode, response.Groups.Single().GroupState);
    }
}
