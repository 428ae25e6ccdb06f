using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class WaitingFetchTests
{
    [Fact]
    public async Task A_fetch_at_the_end_is_woken_by_the_next_record()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        Task<FetchResponse> fetch = broker.SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 60_000)).AsTask();
        Assert.False(fetch.IsCompleted);

        await broker.ProduceAsync("orders", 0, "a");

        using FetchResponse response = await fetch;
        Assert.Equal([(0L, "a")], BrokerHarness.Decode(BrokerHarness.Single(response).Records!));
    }

    [Fact]
    public async Task A_fetch_that_nothing_comes_for_is_answered_when_its_time_is_up()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        Task<FetchResponse> fetch = broker.SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 500)).AsTask();

        broker.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(fetch.IsCompleted);
        broker.Time.Advance(TimeSpan.FromMilliseconds(1));

        using FetchResponse response = await fetch;
        FetchResponse.PartitionData data = BrokerHarness.Single(response);
        Assert.Equal((ErrorCode.None, 0L, 0), (data.ErrorCode, data.HighWatermark, data.Records!.Length));
    }

    [Fact]
    public async Task A_fetch_waits_until_there_are_as_many_bytes_as_it_asks_for()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 60_000, minBytes: 150);
        request.Topics[0].Partitions.Add(
            new FetchRequest.FetchPartition { Partition = 1, PartitionMaxBytes = 1024 * 1024 });
        Task<FetchResponse> fetch = broker.SendAsync(request).AsTask();

        await broker.ProduceAsync("orders", 0, "a");
        await broker.ProduceAsync("orders", 1, "b");
        Assert.False(fetch.IsCompleted);
        await broker.ProduceAsync("orders", 1, "c");

        using FetchResponse response = await fetch;
        Assert.Equal(3, response.Responses[0].Partitions.Sum(data => BrokerHarness.Decode(data.Records!).Count));
        Assert.Equal([0, 1], response.Responses[0].Partitions.Select(data => data.PartitionIndex));
    }

    [Fact]
    public async Task A_cancelled_fetch_ends_and_leaves_nothing_behind()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        int timers = broker.Time.TimerCount;
        using CancellationTokenSource stopping = new();
        Task<FetchResponse> fetch = broker.SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 60_000), stopping.Token).AsTask();

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(timers, broker.Time.TimerCount);
    }

    [Fact]
    public async Task A_stopping_broker_answers_those_who_wait_and_refuses_those_who_come()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        Task<FetchResponse> fetch = broker.SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 60_000)).AsTask();

        await broker.DisposeAsync();

        using FetchResponse response = await fetch;
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(response).ErrorCode);
        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => broker.SendAsync(new MetadataRequest()).AsTask());
        Assert.Equal(ErrorCode.BrokerNotAvailable, refused.ErrorCode);
    }

    [Fact]
    public async Task A_stopping_broker_lets_produces_have_their_outcome()
    {
        SimulatedDisk disk = new();
        BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        disk.HoldFlushes();
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        Task<ProduceResponse> produce = broker.SendAsync(request).AsTask();

        Task stop = broker.Broker.DisposeAsync().AsTask();
        Assert.False(stop.IsCompleted);
        disk.ReleaseFlushes();

        await stop;
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await produce).ErrorCode);
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task Deleting_a_topic_answers_those_who_wait_at_it()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        Task<FetchResponse> fetch = broker.SendAsync(
            BrokerHarness.FetchRequest("orders", 0, 0, maxWaitMs: 60_000)).AsTask();

        DeleteTopicsResponse deleted = await broker.SendAsync(new DeleteTopicsRequest { TopicNames = { "orders" } });

        Assert.Equal(ErrorCode.None, deleted.Responses.Single().ErrorCode);
        using FetchResponse response = await fetch;
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, BrokerHarness.Single(response).ErrorCode);
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
    }

    // Goal: no wake-up is lost, whichever way appends, fetches and their ends meet.
    // Method: consumers that follow a producer by long polls alone, over a clock that stands still: a lost wake-up
    // hangs.
    [Fact]
    public async Task Followers_at_the_tail_miss_nothing()
    {
        const int Records = 300;
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        Task<int>[] followers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(FollowAsync))];

        for (int i = 0; i < Records; i++)
            await broker.ProduceAsync("orders", i % 2, $"{i}");

        Assert.All(await Task.WhenAll(followers), seen => Assert.Equal(Records, seen));

        async Task<int> FollowAsync()
        {
            long[] next = [0, 0];
            while (next.Sum() < Records)
            {
                FetchRequest request = BrokerHarness.FetchRequest("orders", 0, next[0], maxWaitMs: 60_000);
                request.Topics[0].Partitions.Add(new FetchRequest.FetchPartition
                {
                    Partition = 1,
                    FetchOffset = next[1],
                    PartitionMaxBytes = 1024 * 1024,
                });
                using FetchResponse response = await broker.SendAsync(request);
                foreach (FetchResponse.PartitionData data in response.Responses[0].Partitions)
                {
                    foreach ((long offset, string _) in BrokerHarness.Decode(data.Records!))
                        next[data.PartitionIndex] = Math.Max(next[data.PartitionIndex], offset + 1);
                }
            }

            return (int)next.Sum();
        }
    }
}
