using System.Net.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>How requests of one connection follow one another, and how a connection ends.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task What_is_produced_is_fetched()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        await CreateAsync(client, "t");

        ProduceResponse produced = await client.AskAsync(Batches.Produce("t", -1, "a", "b"), version: 9);
        using FetchResponse fetched = await client.AskAsync(Batches.Fetch("t", 0), version: 12);

        Assert.Equal(ErrorCode.None, produced.Responses[0].PartitionResponses[0].ErrorCode);
        Assert.Equal(["a", "b"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task Produce_requests_follow_one_another_without_waiting_and_stay_in_order()
    {
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.MaxInFlightRequests = 4);
        using RawClient client = await node.ConnectAsync();
        await CreateAsync(client, "t");

        for (int i = 0; i < 100; i++)
            await client.SendAsync(Batches.Produce("t", -1, $"{i}"), version: 9);
        for (int i = 0; i < 100; i++)
        {
            ProduceResponse answer = await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9);
            Assert.Equal(i, answer.Responses[0].PartitionResponses[0].BaseOffset);
        }

        using FetchResponse fetched = await client.AskAsync(Batches.Fetch("t", 0), version: 12);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task A_fetch_finds_what_was_produced_before_it_on_its_connection()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        await CreateAsync(client, "t");

        await client.SendAsync(Batches.Produce("t", -1, "a"), version: 9);
        await client.SendAsync(Batches.Fetch("t", 0), version: 12);

        await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9);
        using FetchResponse fetched = await client.ReadAsync<FetchResponse>(ApiKey.Fetch, 12);
        Assert.Equal(["a"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task Produce_without_acknowledgement_has_no_answer()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        await CreateAsync(client, "t");

        await client.SendAsync(Batches.Produce("t", 0, "a"), version: 9);
        using FetchResponse fetched = await client.AskAsync(Batches.Fetch("t", 0, maxWaitMs: 10_000), version: 12);

        Assert.Equal(["a"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task Produce_without_acknowledgement_that_is_refused_closes_the_connection()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();

        await client.SendAsync(Batches.Produce("no-such-topic", 0, "a"), version: 9);

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task An_empty_fetch_has_batches_of_no_bytes()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        await CreateAsync(client, "t");

        foreach (short version in new short[] { 4, 11, 12 })
        {
            using FetchResponse fetched = await client.AskAsync(Batches.Fetch("t", 0), version);
            Assert.NotNull(fetched.Responses[0].Partitions[0].Records);
            Assert.Equal(0, fetched.Responses[0].Partitions[0].Records!.Length);
        }
    }

    [Fact]
    public async Task A_long_poll_is_answered_as_records_come()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient reader = await node.ConnectAsync();
        using RawClient writer = await node.ConnectAsync();
        await CreateAsync(reader, "t");

        await reader.SendAsync(Batches.Fetch("t", 0, maxWaitMs: 60_000), version: 12);
        await writer.AskAsync(Batches.Produce("t", 1, "late"), version: 9);

        using FetchResponse fetched = await reader.ReadAsync<FetchResponse>(ApiKey.Fetch, 12);
        Assert.Equal(["late"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task A_node_that_stops_does_not_wait_for_long_polls()
    {
        ListenedNode node = await ListenedNode.StartAsync(listener => listener.DrainTimeout = TimeSpan.FromMinutes(5));
        using RawClient reader = await node.ConnectAsync();
        await CreateAsync(reader, "t");
        await reader.SendAsync(Batches.Fetch("t", 0, maxWaitMs: 600_000), version: 12);

        await node.DisposeAsync();

        Assert.True(await reader.IsClosedAsync());
    }

    [Fact]
    public async Task A_client_that_goes_leaves_its_long_poll()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker);
        await using KafkaListener listener = await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" });
        using (RawClient client = await RawClient.ConnectAsync(listener.Endpoint))
        {
            await CreateAsync(client, "t");
            await client.SendAsync(Batches.Fetch("t", 0, maxWaitMs: 600_000), version: 12);
            await gate.WaitForAsync(ApiKey.Fetch);
        }

        await gate.WaitForEndAsync(ApiKey.Fetch);
        Assert.IsAssignableFrom<OperationCanceledException>(gate.LastFailure);
    }

    [Fact]
    public async Task What_was_taken_is_answered_before_a_listener_stops()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker) { Held = ApiKey.Produce };
        KafkaListener listener = await KafkaListener.StartAsync(
            gate, new() { Address = "127.0.0.1:0", DrainTimeout = TimeSpan.FromMinutes(5) });
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await CreateAsync(client, "t");
        await client.SendAsync(Batches.Produce("t", -1, "a"), version: 9);
        await gate.WaitForAsync(ApiKey.Produce);

        Task stopping = listener.DisposeAsync().AsTask();
        gate.Release();

        ProduceResponse answer = await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9);
        Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        await stopping;
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task What_takes_too_long_is_cut_as_a_listener_stops()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker) { Held = ApiKey.Metadata };
        KafkaListener listener = await KafkaListener.StartAsync(
            gate, new() { Address = "127.0.0.1:0", DrainTimeout = TimeSpan.Zero });
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await client.SendAsync(new MetadataRequest(), version: 1);
        await gate.WaitForAsync(ApiKey.Metadata);

        Task stopping = listener.DisposeAsync().AsTask();

        Assert.True(await client.IsClosedAsync());
        gate.Release();
        await stopping;
    }

    [Fact]
    public async Task Nothing_follows_a_poll_that_is_cut_as_a_listener_stops()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker);
        KafkaListener listener = await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" });
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await CreateAsync(client, "t");
        await client.SendAsync(Batches.Fetch("t", 0, maxWaitMs: 600_000), version: 12);
        for (int i = 0; i < 3; i++)
            await client.SendAsync(new MetadataRequest(), version: 1);
        await gate.WaitForAsync(ApiKey.Fetch);

        await listener.DisposeAsync();

        // An answer to what came after it would be taken for its own.
        Assert.True(await client.IsClosedAsync());
        Assert.Equal(2, gate.Begun);
    }

    [Fact]
    public async Task A_request_that_was_given_up_by_others_is_answered_with_an_error()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker) { Failure = new TaskCanceledException("A call of the broker's own.") };
        await using KafkaListener listener = await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" });
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);

        ListGroupsResponse failed = await client.AskAsync(new ListGroupsRequest(), version: 3);

        Assert.Equal(ErrorCode.UnknownServerError, failed.ErrorCode);
    }

    [Fact]
    public async Task A_request_that_fails_is_answered_with_an_error()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        BrokerGate gate = new(node.Broker) { Failure = new InvalidOperationException("A bug.") };
        await using KafkaListener listener = await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" });
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);

        ListGroupsResponse failed = await client.AskAsync(new ListGroupsRequest(), version: 3);
        gate.Failure = new StreamLogException(ErrorCode.BrokerNotAvailable, "It stops.");
        ListGroupsResponse refused = await client.AskAsync(new ListGroupsRequest(), version: 3);
        gate.Failure = null;
        ListGroupsResponse good = await client.AskAsync(new ListGroupsRequest(), version: 3);

        Assert.Equal(
            [ErrorCode.UnknownServerError, ErrorCode.BrokerNotAvailable, ErrorCode.None],
            [failed.ErrorCode, refused.ErrorCode, good.ErrorCode]);
    }

    [Fact]
    public async Task A_client_that_is_held_back_by_a_quota_is_not_read_meanwhile()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        BrokerGate gate = new(node.Broker) { ThrottleTimeMs = 5_000 };
        await using KafkaListener listener =
            await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" }, time: time);
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);

        ListGroupsResponse throttled = await client.AskAsync(new ListGroupsRequest(), version: 3);
        Assert.Equal(5_000, throttled.ThrottleTimeMs);
        gate.ThrottleTimeMs = 0;
        await client.SendAsync(new ListGroupsRequest(), version: 3);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, gate.Begun);
        time.Advance(TimeSpan.FromSeconds(5));

        await client.ReadAsync<ListGroupsResponse>(ApiKey.ListGroups, 3);
        Assert.Equal(2, gate.Begun);
    }

    [Fact]
    public async Task A_client_that_waits_for_no_answer_is_held_back_all_the_same()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        BrokerGate gate = new(node.Broker);
        await using KafkaListener listener =
            await KafkaListener.StartAsync(gate, new() { Address = "127.0.0.1:0" }, time: time);
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await CreateAsync(client, "t");
        gate.ThrottleTimeMs = 5_000;

        await client.SendAsync(Batches.Produce("t", 0, "a"), version: 9);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        gate.ThrottleTimeMs = 0;
        await client.SendAsync(new MetadataRequest(), version: 9);
        Assert.Equal(2, gate.Begun);
        time.Advance(TimeSpan.FromSeconds(5));

        await client.ReadAsync<MetadataResponse>(ApiKey.Metadata, 9);
    }

    [Fact]
    public async Task A_client_that_is_held_back_twice_waits_for_the_longer_time()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        using BrokerSteps steps = new(node.Broker);
        await using KafkaListener listener =
            await KafkaListener.StartAsync(steps, new() { Address = "127.0.0.1:0" }, time: time);
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await client.SendAsync(Batches.Produce("t", -1, "a"), version: 9);
        await client.SendAsync(Batches.Produce("t", -1, "b"), version: 9);
        await steps.WaitForAsync(2);
        steps.Answer(throttleTimeMs: 5_000);
        await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9);
        await client.SendAsync(Batches.Produce("t", -1, "c"), version: 9);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(5));

        steps.Answer(throttleTimeMs: 9_000);
        await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9);
        time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAny(time.WaitForTimerAsync(TimeSpan.FromSeconds(4)), steps.WaitForAsync(3));

        Assert.Equal(2, steps.Begun);
        time.Advance(TimeSpan.FromSeconds(4));
        await steps.WaitForAsync(3);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_moves_is_closed()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker, new() { Address = "127.0.0.1:0", IdleTimeout = TimeSpan.FromMinutes(1) }, time: time);
        using RawClient client = await RawClient.ConnectAsync(listener.Endpoint);
        await client.AskAsync(new MetadataRequest(), version: 1);

        time.Advance(TimeSpan.FromSeconds(59));
        await client.AskAsync(new MetadataRequest(), version: 1);
        time.Advance(TimeSpan.FromSeconds(59));
        await client.AskAsync(new MetadataRequest(), version: 1);

        // When the listener is done with a response that was read already is the system's business.
        Task<bool> closed = client.IsClosedAsync();
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(61));
            await Task.Yield();
        }

        Assert.True(await closed);
    }

    [Fact]
    public async Task A_request_that_stops_half_way_closes_its_connection_long_before()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker,
            new()
            {
                Address = "127.0.0.1:0",
                IdleTimeout = TimeSpan.FromDays(10_000),
                StallTimeout = TimeSpan.FromSeconds(10),
            },
            time: time);
        using RawClient idle = await RawClient.ConnectAsync(listener.Endpoint);
        using RawClient stalled = await RawClient.ConnectAsync(listener.Endpoint);
        await idle.AskAsync(new MetadataRequest(), version: 1);
        await stalled.Stream.WriteAsync(new byte[] { 0, 0, 0, 100, 0 });

        // How soon the listener has read what was sent is the system's business.
        Task<bool> closed = stalled.IsClosedAsync();
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.True(await closed);
        Assert.Equal(1, (await idle.AskAsync(new MetadataRequest(), version: 1)).ControllerId);
    }

    [Fact]
    public async Task No_more_connections_are_taken_than_allowed()
    {
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.MaxConnections = 2);
        using RawClient first = await node.ConnectAsync();
        using RawClient second = await node.ConnectAsync();
        await first.AskAsync(new MetadataRequest(), version: 1);
        await second.AskAsync(new MetadataRequest(), version: 1);

        using RawClient third = await node.ConnectAsync();

        Assert.True(await third.IsClosedAsync());
        await first.AskAsync(new MetadataRequest(), version: 1);
    }

    [Fact]
    public async Task No_more_connections_of_one_address_are_taken_than_allowed()
    {
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.MaxConnectionsPerIp = 1);
        using RawClient first = await node.ConnectAsync();
        await first.AskAsync(new MetadataRequest(), version: 1);

        using RawClient second = await node.ConnectAsync();

        Assert.True(await second.IsClosedAsync());
    }

    [Fact]
    public async Task A_thousand_connections_are_served_at_once()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        List<RawClient> clients = [];
        try
        {
            for (int i = 0; i < 1000; i++)
                clients.Add(await node.ConnectAsync());
            MetadataResponse[] answers =
                await Task.WhenAll(clients.Select(client => client.AskAsync(new MetadataRequest(), version: 1)));
            Assert.All(answers, answer => Assert.Equal(1, answer.ControllerId));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_client_that_half_closes_gets_what_it_has_asked_for()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        await client.SendAsync(new MetadataRequest(), version: 1);
        client.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(1, (await client.ReadAsync<MetadataResponse>(ApiKey.Metadata, 1)).ControllerId);
        Assert.True(await client.IsClosedAsync());
    }

    private static async Task CreateAsync(RawClient client, string topic)
    {
        CreateTopicsResponse created = await client.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }] },
            version: 5);
        Assert.Equal(ErrorCode.None, created.Topics[0].ErrorCode);
    }
}
