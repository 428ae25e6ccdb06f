using FsCheck;
using FsCheck.Fluent;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class FetchSessionTests
{
    // Goal: what a client knows through a session is what whole fetches tell it. Method: random appends, deletions of
    // records, moves of the reader and changes of what is read, over a session and by whole fetches in turn; both
    // answers are compared, and of the session's those that it has left out by what it told before.
    [Fact]
    public void A_session_tells_what_whole_fetches_tell() =>
        Prop.ForAll(Steps(), steps => RunAsync(steps).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Only_what_has_changed_is_answered()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 3);
        SessionClient client = new(broker);
        client.Want("orders", 0, 0);
        client.Want("orders", 1, 0);

        Assert.Equal([("orders", 0), ("orders", 1)], await client.FetchAsync());
        Assert.NotEqual(0, client.Id);
        Assert.Empty(await client.FetchAsync());

        await broker.ProduceAsync("orders", 1, "a");
        Assert.Equal([("orders", 1)], await client.FetchAsync());
        Assert.Equal([("orders", 1)], await client.FetchAsync());
        client.Want("orders", 1, 1);
        Assert.Empty(await client.FetchAsync());

        client.Want("orders", 2, 0);
        client.Forget("orders", 0);
        await broker.ProduceAsync("orders", 0, "b");
        Assert.Equal([("orders", 2)], await client.FetchAsync());
        Assert.Equal(ErrorCode.None, client.Error);
    }

    [Fact]
    public async Task An_error_is_told_each_time_and_so_is_its_end()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        SessionClient client = new(broker);
        client.Want("orders", 0, 5);
        client.Want("nowhere", 0, 0);

        for (int i = 0; i < 3; i++)
            Assert.Equal([("nowhere", 0), ("orders", 0)], await client.FetchAsync());
        await broker.CreateTopicAsync("nowhere");
        Assert.Equal([("nowhere", 0), ("orders", 0)], await client.FetchAsync());
        client.Want("orders", 0, 0);
        Assert.Equal([("orders", 0)], await client.FetchAsync());
        Assert.Empty(await client.FetchAsync());
    }

    [Fact]
    public async Task A_session_that_is_not_there_or_is_elsewhere_is_refused()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        SessionClient client = new(broker);
        client.Want("orders", 0, 0);
        await client.FetchAsync();

        Assert.Equal(ErrorCode.FetchSessionIdNotFound, await AskAsync(client.Id == 1 ? 2 : 1, 1, 12));
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, await AskAsync(0, 1, 12));
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, await AskAsync(client.Id, 2, 12));
        Assert.Equal(ErrorCode.FetchSessionTopicIdError, await AskAsync(client.Id, 1, 13));
        Assert.Equal(ErrorCode.None, await AskAsync(client.Id, 1, 12));
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, await AskAsync(client.Id, 1, 12));
        Assert.Equal(ErrorCode.None, await AskAsync(client.Id, -1, 12));
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, await AskAsync(client.Id, 2, 12));

        async Task<ErrorCode> AskAsync(int id, int epoch, short version)
        {
            using FetchResponse response = await broker.SendRemoteAsync(
                new FetchRequest { SessionId = id, SessionEpoch = epoch, Version = version });
            return response.ErrorCode;
        }
    }

    [Fact]
    public async Task A_session_ends_with_its_last_partition()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        SessionClient client = new(broker);
        client.Want("orders", 0, 0);
        await client.FetchAsync();
        client.Forget("orders", 0);

        Assert.Empty(await client.FetchAsync());
        Assert.Equal((ErrorCode.None, 0), (client.Error, client.Id));
    }

    [Fact]
    public async Task Topics_are_named_by_their_ids_in_newer_sessions()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;
        FetchRequest request = new()
        {
            SessionEpoch = 0,
            Topics =
            [
                new() { TopicId = topicId, Partitions = [new() { PartitionMaxBytes = 1000 }] },
                new() { TopicId = Guid.NewGuid(), Partitions = [new() { PartitionMaxBytes = 1000 }] },
            ],
        };
        using FetchResponse first = await broker.SendRemoteAsync(request);
        await broker.ProduceAsync("orders", 0, "a");

        using FetchResponse second = await broker.SendRemoteAsync(
            new FetchRequest { SessionId = first.SessionId, SessionEpoch = 1 });

        Assert.Equal(
            [(topicId, ErrorCode.None), (request.Topics[1].TopicId, ErrorCode.UnknownTopicId)],
            second.Responses.Select(topic => (topic.TopicId, topic.Partitions.Single().ErrorCode)));
        Assert.Equal("a", BrokerHarness.Decode(second.Responses[0].Partitions[0].Records!).Single().Value);
    }

    [Fact]
    public async Task Partitions_take_turns_where_one_answer_has_no_room_for_all()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 3);
        for (int partition = 0; partition < 3; partition++)
            await broker.ProduceAsync("orders", partition, "a", "b", "c");
        SessionClient client = new(broker) { MaxBytes = 1 };
        for (int partition = 0; partition < 3; partition++)
            client.Want("orders", partition, 0);

        List<int> served = [];
        for (int i = 0; i < 6; i++)
        {
            await client.FetchAsync();
            served.Add(client.Served.Single());
        }

        Assert.Equal([0, 1, 2, 0, 1, 2], served);
    }

    [Fact]
    public async Task A_fetch_outside_sessions_has_none()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        using FetchResponse response = await broker.SendAsync(BrokerHarness.FetchRequest("orders", 0, 0));

        Assert.Equal(0, response.SessionId);
    }

    [Fact]
    public async Task A_fetch_in_a_session_waits_for_records()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        SessionClient client = new(broker);
        client.Want("orders", 0, 0);
        await client.FetchAsync();

        Task<List<(string, int)>> waiting = client.FetchAsync(maxWaitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        await broker.ProduceAsync("orders", 0, "a");

        Assert.Equal([("orders", 0)], await waiting);
    }

    private static Arbitrary<Step[]> Steps()
    {
        Gen<Step> step =
            from kind in Gen.Choose(0, 5)
            from partition in Gen.Choose(0, 3)
            from number in Gen.Choose(0, 4)
            select new Step(kind, partition, number);
        return step.ArrayOf().ToArbitrary();
    }

    private static async Task RunAsync(Step[] steps)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 3); // Partition 3 is none, at first.
        SessionClient client = new(broker);
        client.Want("orders", 0, 0);
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case 0 or 1:
                    await broker.ProduceAsync("orders", step.Partition, $"{step.Number}");
                    break;
                case 2:
                    await broker.SendAsync(new DeleteRecordsRequest
                    {
                        Topics =
                        [
                            new()
                            {
                                Name = "orders",
                                Partitions = [new() { PartitionIndex = step.Partition, Offset = step.Number }],
                            },
                        ],
                    });
                    break;
                case 3 or 4:
                    client.Want("orders", step.Partition, step.Number);
                    break;
                default:
                    client.Forget("orders", step.Partition);
                    break;
            }

            await client.FetchAsync();
            Assert.Equal(ErrorCode.None, client.Error);
            Assert.Equal(await client.AskWholeAsync(), client.Known);
        }
    }

    /// <summary>One step: what is done, to which partition, and with which number.</summary>
    private sealed record Step(int Kind, int Partition, int Number);
}
