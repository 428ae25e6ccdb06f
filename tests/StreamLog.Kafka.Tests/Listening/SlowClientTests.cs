using StreamLog.Kafka.Listening;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>A client that does not read what it has asked for.</summary>
[Collection(CountedBuffers.Name)]
public sealed class SlowClientTests
{
    [Fact]
    public async Task A_client_that_does_not_read_holds_nobody_up_and_nothing_of_the_log()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient slow = await node.ConnectAsync();
        using RawClient other = await node.ConnectAsync();
        await other.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] },
            version: 5);
        string large = new('x', 900_000);
        for (int i = 0; i < 8; i++)
            await other.AskAsync(Batches.Produce("t", 1, large), version: 9);
        long before = RecordBuffer.Outstanding;

        for (int i = 0; i < 10; i++)
            await slow.SendAsync(Batches.Fetch("t", 0), version: 12);

        using (FetchResponse fetched = await other.AskAsync(Batches.Fetch("t", 7), version: 12))
            Assert.Single(Batches.ValuesOf(fetched));

        // One response is on its way and one request is read; the others wait in the socket.
        Assert.InRange(RecordBuffer.Outstanding - before, 0, 6);
        for (int i = 0; i < 10; i++)
        {
            using FetchResponse fetched = await slow.ReadAsync<FetchResponse>(ApiKey.Fetch, 12);
            Assert.Equal(large, Batches.ValuesOf(fetched)[0]);
        }
    }

    [Fact]
    public async Task Requests_that_are_announced_and_do_not_come_keep_nobody_from_sending()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker,
            new()
            {
                Address = "127.0.0.1:0",
                MaxQueuedBytes = 1024 * 1024,
                IdleTimeout = TimeSpan.FromDays(10_000),
                StallTimeout = TimeSpan.FromDays(10_000),
            },
            time: time);
        using RawClient other = await RawClient.ConnectAsync(listener.Endpoint);
        List<RawClient> stalled = [];
        for (int i = 0; i < 4; i++)
        {
            stalled.Add(await RawClient.ConnectAsync(listener.Endpoint));
            await stalled[i].Stream.WriteAsync(new byte[] { 0, 5, 0, 0, 0 });
        }

        // Three have all the memory, and the fourth waits.
        await time.WaitForTimerAsync(SlowSenders.Grace).WaitAsync(TimeSpan.FromSeconds(30));
        await other.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] },
            version: 5).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(5, listener.ConnectionCount);

        Task<ProduceResponse> produce = other.AskAsync(Batches.Produce("t", 1, new string('x', 900_000)), version: 9);
        while (!produce.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(ErrorCode.None, (await produce).Responses[0].PartitionResponses[0].ErrorCode);
        Assert.True(await stalled[0].IsClosedAsync());
        stalled.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_client_that_never_reads_is_closed_once_nothing_has_moved_for_too_long()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        ResponseSeam seam = new();
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker,
            new() { Address = "127.0.0.1:0", IdleTimeout = TimeSpan.FromMinutes(1), Wire = seam },
            time: time);
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        client.Socket.ReceiveBufferSize = 16 * 1024;
        FetchRequest fetch = Batches.Fetch("t", 0);
        fetch.Topics.Clear();
        foreach (string topic in Enumerable.Range(0, 12).Select(i => $"t{i}"))
        {
            await client.AskAsync(
                new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }] },
                version: 5);
            await client.AskAsync(Batches.Produce(topic, 1, new string('x', 900_000)), version: 9);
            fetch.Topics.AddRange(Batches.Fetch(topic, 0).Topics);
        }

        // More than the sockets take: the rest of the response stays with the listener.
        await client.SendAsync(fetch, version: 12);
        await seam.Fetched.Task;
        while (listener.ConnectionCount > 0)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(0, listener.ConnectionCount);
    }

    private sealed class ResponseSeam : IWireSeam
    {
        public TaskCompletionSource Fetched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken) => default;

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken)
        {
            if (frame.Header.ApiKey == ApiKey.Fetch)
                Fetched.SetResult();
            return default;
        }
    }
}
