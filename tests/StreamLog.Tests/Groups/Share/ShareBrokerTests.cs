using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

/// <summary>Share groups as clients see them, through the broker.</summary>
public sealed class ShareBrokerTests
{
    [Fact]
    public async Task Records_are_delivered_and_done_for_good()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two", "three");

        Assert.Equal(["0:one x1", "1:two x1", "2:three x1"], await a.FetchAsync());
        Assert.Equal(ErrorCode.None, await a.SayAsync((0, 1, 1)));
        Assert.Equal((2, 1), await a.DescribeAsync());
        Assert.Equal(ErrorCode.None, await a.SayAsync((2, 2, 2)));
        Assert.Equal(["2:three x2"], await a.FetchAsync());
    }

    [Fact]
    public async Task Members_get_different_records()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        ShareClient b = await a.JoinAsync("b");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two", "three");

        Assert.Equal(["0:one x1", "1:two x1"], await a.FetchAsync(maxRecords: 2));
        Assert.Equal(["2:three x1"], await b.FetchAsync());
        Assert.Empty(await a.FetchAsync());
        Assert.Equal(ErrorCode.InvalidRecordState, await b.SayAsync((0, 0, 1)));
        Assert.Equal(ErrorCode.None, await b.SayAsync((2, 2, 1)));
    }

    [Fact]
    public async Task A_fetch_waits_for_records_and_for_what_others_release()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        ShareClient b = await a.JoinAsync("b");
        Assert.Empty(await b.FetchAsync());

        Task<List<string>> waiting = a.FetchAsync(maxWaitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        await a.Broker.ProduceAsync("jobs", 0, "one");
        Assert.Equal(["0:one x1"], await waiting);

        waiting = b.FetchAsync(maxWaitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(ErrorCode.None, await a.SayAsync((0, 0, 2)));
        Assert.Equal(["0:one x2"], await waiting);

        // The lock of the second runs out while the first waits.
        waiting = a.FetchAsync(maxWaitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        a.Broker.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["0:one x3"], await waiting);
        Assert.Equal(ErrorCode.InvalidRecordState, await b.SayAsync((0, 0, 1)));

        // Nothing comes, and the time is up.
        waiting = b.FetchAsync(maxWaitMs: 100);
        a.Broker.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Empty(await waiting);
    }

    [Fact]
    public async Task A_member_that_closes_its_session_leaves_its_records_to_others()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        ShareClient b = await a.JoinAsync("b");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two");
        Assert.Equal(2, (await a.FetchAsync()).Count);

        Task<List<string>> waiting = b.FetchAsync(maxWaitMs: 60_000);
        Assert.Equal(ErrorCode.None, await a.SayAsync(epoch: -1, (0, 0, 1)));
        Assert.Equal(["1:two x1"], await waiting);
        Assert.Equal(ErrorCode.ShareSessionNotFound, await a.SayAsync((1, 1, 1)));
    }

    [Fact]
    public async Task Sessions_go_on_by_their_epoch()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        Assert.Equal(ErrorCode.ShareSessionNotFound, (await a.SendFetchAsync(epoch: 1)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidShareSessionEpoch, (await a.SendFetchAsync(epoch: 2)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: 1)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidShareSessionEpoch, await a.SayAsync(epoch: 0, (0, 0, 1)));
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: -1)).ErrorCode);
        Assert.Equal(ErrorCode.ShareSessionNotFound, (await a.SendFetchAsync(epoch: -1)).ErrorCode);
    }

    [Fact]
    public async Task Bad_requests_are_refused()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two");
        await a.FetchAsync();

        Assert.Equal(ErrorCode.UnknownMemberId, (await a.As("stranger").SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await a.As("a", "other").SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, (await a.As("").SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.ShareSessionNotFound, await a.As("stranger").SayAsync((0, 0, 1)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((1, 0, 1)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((0, 1, 7)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((0, 1, 4)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((0, 1, 1), (1, 1, 1)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((0, long.MaxValue, 1)));
        Assert.Equal(ErrorCode.InvalidRequest, await a.SayAsync((5, 5, 1)));
        Assert.Equal(ErrorCode.UnknownTopicId, await a.SayAsync(Guid.NewGuid(), 0, (0, 0, 1)));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await a.SayAsync(a.TopicId, 7, (0, 0, 1)));
        Assert.Equal(
            ErrorCode.UnknownTopicId,
            (await a.SendFetchAsync(epoch: 0, topicId: Guid.NewGuid())).Responses.Single().Partitions.Single()
                .ErrorCode);

        // None of it has changed anything.
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.None, await a.SayAsync(epoch: 1, (0, 1, 1)));
    }

    [Fact]
    public async Task What_is_done_stays_done_over_a_power_cut()
    {
        ShareClient a = await ShareClient.StartAsync("a", new SimulatedDisk());
        await a.Broker.ProduceAsync("jobs", 0, "one", "two", "three", "four");
        Assert.Equal(4, (await a.FetchAsync()).Count);
        Assert.Equal(ErrorCode.None, await a.SayAsync((1, 1, 1), (2, 2, 2)));
        Assert.Equal(["2:three x2"], await a.FetchAsync());

        BrokerHarness broker = await a.Broker.CrashAsync();
        await using ShareClient again = a.Over(broker);
        Assert.Equal(ErrorCode.None, await again.HeartbeatAsync());
        Assert.Equal(["0:one x1", "2:three x2", "3:four x1"], await again.FetchAsync());
        Assert.Equal((0, 3), await again.DescribeAsync());
    }

    [Fact]
    public async Task A_topic_that_is_deleted_and_created_again_begins_anew()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one");
        await a.FetchAsync();
        await a.SayAsync((0, 0, 1));
        await a.Broker.SendAsync(new DeleteTopicsRequest { TopicNames = { "jobs" } });
        Assert.Equal(
            ErrorCode.UnknownTopicId,
            (await a.SendFetchAsync()).Responses.Single().Partitions.Single().ErrorCode);

        await a.Broker.CreateTopicAsync("jobs");
        ShareClient b = await a.JoinAsync("b");
        await a.Broker.ProduceAsync("jobs", 0, "two");
        Assert.NotEqual(a.TopicId, b.TopicId);
        Assert.Equal(["0:two x1"], await b.FetchAsync());

        // What is left of the old one goes with the next turn of maintenance.
        await a.Broker.Directory.Maintenance.RunNowAsync("share-state-expiry", default);
        Assert.Single(await b.DescribeAllAsync());
    }

    [Fact]
    public async Task Records_that_retention_takes_are_passed_over()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one");
        await a.Broker.ProduceAsync("jobs", 0, "two");
        await a.Broker.ProduceAsync("jobs", 0, "three");
        Assert.Equal(["0:one x1"], await a.FetchAsync(maxRecords: 1));
        await a.Broker.SendAsync(new DeleteRecordsRequest
        {
            Topics =
            {
                new() { Name = "jobs", Partitions = { new() { PartitionIndex = 0, Offset = 2 } } },
            },
        });

        Assert.Equal(["2:three x1"], await a.FetchAsync());
        Assert.Equal(ErrorCode.None, await a.SayAsync((0, 0, 1)));
        Assert.Equal(ErrorCode.None, await a.SayAsync((2, 2, 1)));
        Assert.Equal((3, 0), await a.DescribeAsync());
    }

    [Fact]
    public async Task A_group_begins_where_its_settings_say()
    {
        await using ShareClient a = await ShareClient.StartAsync("a", reset: null);
        await a.Broker.ProduceAsync("jobs", 0, "old");
        Assert.Empty(await a.FetchAsync());
        await a.Broker.ProduceAsync("jobs", 0, "new");
        Assert.Equal(["1:new x1"], await a.FetchAsync());

        Assert.Equal(ErrorCode.InvalidConfig, await a.ConfigureAsync("share.auto.offset.reset", "somewhere"));
        Assert.Equal(ErrorCode.InvalidConfig, await a.ConfigureAsync("share.record.lock.duration.ms", "1"));
        Assert.Equal(ErrorCode.InvalidConfig, await a.ConfigureAsync("cleanup.policy", "compact"));
        Assert.Equal(ErrorCode.None, await a.ConfigureAsync("share.record.lock.duration.ms", "15000"));
        Assert.Equal(ErrorCode.None, await a.SayAsync((1, 1, 2)));
        Assert.Equal(15_000, (await a.SendFetchAsync()).AcquisitionLockTimeoutMs);
        a.Broker.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(["1:new x3"], await a.FetchAsync());
    }

    [Fact]
    public async Task How_far_a_group_has_come_is_changed_while_it_is_empty()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two", "three");
        await a.FetchAsync();
        await a.SayAsync((0, 2, 1));
        Assert.Equal(ErrorCode.NonEmptyGroup, await a.AlterAsync(1));
        Assert.Equal(ErrorCode.NonEmptyGroup, await a.DeleteOffsetsAsync());
        await a.LeaveAsync();

        Assert.Equal(ErrorCode.None, await a.AlterAsync(1));
        Assert.Equal((1, 2), await a.DescribeAsync());
        ShareClient b = await a.JoinAsync("b");
        Assert.Equal(["1:two x1", "2:three x1"], await b.FetchAsync());
        await b.LeaveAsync();

        Assert.Equal(ErrorCode.None, await b.DeleteOffsetsAsync());
        Assert.Empty(await b.DescribeAllAsync());
        await a.Broker.ProduceAsync("jobs", 0, "four");
        Assert.Equal(ErrorCode.GroupIdNotFound, await a.As("a", "other").AlterAsync(1));
    }

    [Fact]
    public async Task A_group_is_listed_and_described_and_takes_its_state_with_it()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one");
        await a.FetchAsync();
        Assert.Equal(
            [(ShareClient.Group, "share", "share", "Stable")],
            (await a.Broker.SendAsync(new ListGroupsRequest { TypesFilter = { "share" } })).Groups
                .Select(group => (group.GroupId, group.ProtocolType, group.GroupType, group.GroupState)));
        ShareGroupDescribeResponse.DescribedGroup described = (await a.Broker.SendAsync(
            new ShareGroupDescribeRequest { GroupIds = { ShareClient.Group, "other" } })).Groups[0];
        Assert.Equal(("Stable", "simple", 1), (described.GroupState, described.AssignorName, described.GroupEpoch));
        Assert.Equal("jobs", described.Members.Single().Assignment.TopicPartitions.Single().TopicName);

        DeleteGroupsRequest deletion = new() { GroupsNames = { ShareClient.Group } };
        Assert.Equal(ErrorCode.NonEmptyGroup, (await a.Broker.SendAsync(deletion)).Results.Single().ErrorCode);
        await a.LeaveAsync();
        Assert.Equal(ErrorCode.None, (await a.Broker.SendAsync(deletion)).Results.Single().ErrorCode);
        ShareClient b = await a.JoinAsync("b");
        Assert.Equal(["0:one x1"], await b.FetchAsync());
    }
}
