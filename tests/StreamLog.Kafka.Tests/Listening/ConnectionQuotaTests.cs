using System.Net;
using StreamLog.Extensibility;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Clients that open more connections than the quota of their address lets in.</summary>
public sealed class ConnectionQuotaTests
{
    [Fact]
    public async Task A_connection_too_many_is_not_answered_and_closed_after_its_time()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        Quota quota = new() { Held = TimeSpan.FromMilliseconds(700) };
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker, new() { Address = "127.0.0.1:0" }, time: time, quota: quota);

        using RawClient held = await RawClient.ConnectAsync(listener.Endpoint);
        Task<bool> closed = held.IsClosedAsync();
        await time.WaitForTimerAsync(quota.Held);
        quota.Held = TimeSpan.Zero;
        using RawClient admitted = await RawClient.ConnectAsync(listener.Endpoint);
        await admitted.AskAsync(new MetadataRequest(), version: 9);

        Assert.False(closed.IsCompleted);
        Assert.Equal(1, listener.ConnectionCount);
        time.Advance(TimeSpan.FromMilliseconds(700));
        Assert.True(await closed);
        Assert.Equal([IPAddress.Loopback, IPAddress.Loopback], quota.Asked);
    }

    [Fact]
    public async Task A_listener_that_stops_waits_for_nobody_whom_it_holds_off()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        Quota quota = new() { Held = TimeSpan.FromSeconds(1) };
        KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker, new() { Address = "127.0.0.1:0" }, time: time, quota: quota);
        using RawClient held = await RawClient.ConnectAsync(listener.Endpoint);
        await time.WaitForTimerAsync(quota.Held);

        await listener.DisposeAsync();

        Assert.True(await held.IsClosedAsync());
    }

    [Fact]
    public async Task What_is_held_off_counts_as_long_as_it_is_open()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        Quota quota = new() { Held = TimeSpan.FromSeconds(1) };
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker, new() { Address = "127.0.0.1:0", MaxConnections = 1 }, time: time, quota: quota);
        using RawClient held = await RawClient.ConnectAsync(listener.Endpoint);
        await time.WaitForTimerAsync(quota.Held);

        using RawClient crowded = await RawClient.ConnectAsync(listener.Endpoint);

        Assert.True(await crowded.IsClosedAsync());
    }

    [Fact]
    public async Task The_nodes_quota_of_addresses_counts_for_its_listeners()
    {
        ManualTime time = new();
        await using ListenedNode node = await ListenedNode.StartAsync(time: time);
        using RawClient admin = await node.ConnectAsync();
        AlterClientQuotasResponse altered = await admin.AskAsync(
            new AlterClientQuotasRequest
            {
                Entries =
                {
                    new AlterClientQuotasRequest.EntryData
                    {
                        Entity = { new() { EntityType = "ip", EntityName = "127.0.0.1" } },
                        Ops = { new() { Key = "connection_creation_rate", Value = 1 } },
                    },
                },
            },
            version: 1);
        Assert.Equal(ErrorCode.None, altered.Entries.Single().ErrorCode);

        // One in a second, over the ten seconds before, in which nobody has come. The clock has moved, so that no timer
        // but that of who is held off is due in just a second.
        time.Advance(TimeSpan.FromMilliseconds(300));
        for (int i = 0; i < 10; i++)
        {
            using RawClient client = await node.ConnectAsync();
            await client.AskAsync(new MetadataRequest { Topics = [] }, version: 9)
                .WaitAsync(TimeSpan.FromSeconds(30));
        }

        using RawClient held = await node.ConnectAsync();
        Task<bool> closed = held.IsClosedAsync();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Assert.False(closed.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await closed);

        // Those that were let in count no longer.
        time.Advance(TimeSpan.FromSeconds(10));
        using RawClient next = await node.ConnectAsync();
        await next.AskAsync(new MetadataRequest { Topics = [] }, version: 9);
    }

    private sealed class Quota : IConnectionQuota
    {
        public TimeSpan Held { get; set; }

        public List<IPAddress> Asked { get; } = [];

        public TimeSpan Admit(IPAddress client)
        {
            Asked.Add(client);
            return Held;
        }
    }
}
