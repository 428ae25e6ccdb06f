using StreamLog.Broker;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Authorization;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

// Goal: a member has one share session at each node, which ends with the connection that opened it, as in Kafka.
public sealed class ShareSessionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_ends_leaves_what_its_member_has_to_others()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        ShareClient b = await a.JoinAsync("b");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two");
        using CancellationTokenSource connection = new();
        ShareClient connected = a.Over(Connection(connection.Token));
        Assert.Equal(2, (await connected.FetchAsync()).Count);
        Assert.Equal(ErrorCode.None, await connected.SayAsync((0, 0, 1)));

        Task<List<string>> waiting = b.FetchAsync(maxWaitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        await connection.CancelAsync();

        Assert.Equal(["1:two x1"], await waiting);
        Assert.Equal(ErrorCode.ShareSessionNotFound, await connected.SayAsync((1, 1, 1)));

        // Whoever is gone opens no session that nobody would end.
        Assert.Equal(
            ErrorCode.ShareSessionNotFound, (await connected.SendFetchAsync(epoch: 0)).ErrorCode);
    }

    [Fact]
    public async Task A_session_that_is_opened_anew_keeps_what_its_member_has()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two");
        using CancellationTokenSource connection = new();
        ShareClient connected = a.Over(Connection(connection.Token));
        Assert.Equal(2, (await connected.FetchAsync()).Count);

        Assert.Equal(ErrorCode.None, (await connected.SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.None, await connected.SayAsync(epoch: 1, (0, 0, 1)));

        // It still ends with the connection.
        await connection.CancelAsync();
        Assert.Equal(["1:two x1"], await a.FetchAsync());
    }

    [Fact]
    public async Task A_connection_that_ends_takes_nothing_from_a_member_that_has_connected_anew()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one", "two");
        using CancellationTokenSource old = new();
        using CancellationTokenSource anew = new();
        ShareClient before = a.Over(Connection(old.Token));
        Assert.Equal(ErrorCode.None, (await before.SendFetchAsync(epoch: 0, maxRecords: 0)).ErrorCode);
        ShareClient after = a.Over(Connection(anew.Token));
        Assert.Equal(2, (await after.FetchAsync()).Count);

        await old.CancelAsync();

        Assert.Equal(ErrorCode.None, await after.SayAsync((0, 0, 1)));
        await anew.CancelAsync();
        Assert.Equal(["1:two x1"], await a.FetchAsync());
    }

    [Fact]
    public async Task Sessions_of_one_member_at_several_nodes_know_nothing_of_each_other()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        SessionBroker other = new(
            a.Broker.Broker,
            new FetchSessions(a.Broker.Time, a.Broker.Environment.NextRandom),
            a.Broker.Broker.NewShareSessions());
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: 0)).ErrorCode);

        Assert.Equal(
            ErrorCode.ShareSessionNotFound,
            (await other.SendAsync(Fetch(a, epoch: 1), RequestContext.Local, Stop)).ErrorCode);
        Assert.Equal(
            ErrorCode.None, (await other.SendAsync(Fetch(a, epoch: 0), RequestContext.Local, Stop)).ErrorCode);
        Assert.Equal(
            ErrorCode.None, (await other.SendAsync(Fetch(a, epoch: 1), RequestContext.Local, Stop)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await a.SendFetchAsync(epoch: 1)).ErrorCode);
    }

    [Fact]
    public async Task A_forgotten_partition_is_read_no_more_and_may_still_be_acknowledged()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        await a.Broker.ProduceAsync("jobs", 0, "one");
        Assert.Single(await a.FetchAsync());

        ShareFetchRequest forgetful = Fetch(a, epoch: 1);
        forgetful.Topics[0].Partitions[0].AcknowledgementBatches.Add(
            new() { FirstOffset = 0, LastOffset = 0, AcknowledgeTypes = [1] });
        forgetful.ForgottenTopicsData.Add(new() { TopicId = a.TopicId, Partitions = [0] });
        await a.Broker.ProduceAsync("jobs", 0, "two");
        using ShareFetchResponse answer = await a.Broker.SendAsync(forgetful, Stop);

        ShareFetchResponse.PartitionData partition = answer.Responses.Single().Partitions.Single();
        Assert.Equal(ErrorCode.None, partition.AcknowledgeErrorCode);
        Assert.Empty(partition.AcquiredRecords);
        Assert.Equal((1L, 1L), await a.DescribeAsync());
        using ShareFetchResponse next = await a.Broker.SendAsync(new ShareFetchRequest
        {
            GroupId = ShareClient.Group,
            MemberId = "a",
            ShareSessionEpoch = 2,
            MaxRecords = 100,
        });
        Assert.Empty(next.Responses);
    }

    [Fact]
    public async Task What_may_not_be_read_now_stays_in_the_session()
    {
        await using AclHarness acls = await AclHarness.StartAsync();
        await acls.Broker.CreateTopicAsync("jobs");
        await acls.AllowAsync(AclOperation.Read, AclResourceType.Group, ShareClient.Group);
        await acls.AllowAsync(AclOperation.Describe, AclResourceType.Topic, "jobs");
        ShareGroupHeartbeatResponse joined = await acls.SendAsync(new ShareGroupHeartbeatRequest
        {
            GroupId = ShareClient.Group,
            MemberId = "a",
            SubscribedTopicNames = ["jobs"],
        });
        ShareFetchRequest fetch = Fetch(joined.Assignment!.TopicPartitions.Single().TopicId, epoch: 0);
        using ShareFetchResponse refused = await acls.SendAsync(fetch);
        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed, refused.Responses.Single().Partitions.Single().ErrorCode);

        await acls.AllowAsync(AclOperation.Read, AclResourceType.Topic, "jobs");
        using ShareFetchResponse begun = await acls.SendAsync(Next(1));
        await acls.Broker.ProduceAsync("jobs", 0, "one");
        using ShareFetchResponse read = await acls.SendAsync(Next(2));

        Assert.Single(read.Responses.Single().Partitions.Single().AcquiredRecords);

        static ShareFetchRequest Next(int epoch) => new()
        {
            GroupId = ShareClient.Group,
            MemberId = "a",
            ShareSessionEpoch = epoch,
            MaxRecords = 100,
        };
    }

    [Fact]
    public async Task Who_is_refused_as_a_whole_has_no_session()
    {
        await using ShareClient a = await ShareClient.StartAsync("a");
        ShareClient stranger = a.As("stranger");
        Assert.Equal(ErrorCode.UnknownMemberId, (await stranger.SendFetchAsync(epoch: 0)).ErrorCode);
        Assert.Equal(ErrorCode.ShareSessionNotFound, (await stranger.SendFetchAsync(epoch: 1)).ErrorCode);
    }

    private static RequestContext Connection(CancellationToken ended) =>
        new() { Principal = "User:alice", Session = new RequestSession { Ended = ended } };

    private static ShareFetchRequest Fetch(ShareClient member, int epoch) => Fetch(member.TopicId, epoch);

    private static ShareFetchRequest Fetch(Guid topicId, int epoch) => new()
    {
        GroupId = ShareClient.Group,
        MemberId = "a",
        ShareSessionEpoch = epoch,
        MaxRecords = 100,
        Topics = { new() { TopicId = topicId, Partitions = { new() { PartitionIndex = 0 } } } },
    };
}
