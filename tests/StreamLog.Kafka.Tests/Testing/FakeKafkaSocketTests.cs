using System.Net;
using System.Net.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>A fake Kafka as clients at its sockets see it.</summary>
public sealed class FakeKafkaSocketTests
{
    [Fact]
    public async Task Clients_are_told_where_all_brokers_are()
    {
        await using FakeKafka kafka = await StartAsync(3);
        using RawClient client = await ConnectAsync(kafka.Brokers[1]);

        MetadataResponse metadata = await client.AskAsync(Topics("orders"), version: 12);

        Assert.Equal(
            kafka.BootstrapServers,
            string.Join(',', metadata.Brokers.Select(broker => $"{broker.Host}:{broker.Port}")));
        Assert.Equal(1, metadata.Topics.Single().Partitions.Single().LeaderId);
        Assert.Equal(2, kafka.Requests.Of(ApiKey.Metadata).Single().BrokerId);
    }

    [Fact]
    public async Task A_broker_that_goes_down_closes_its_connections_and_comes_back_at_the_same_port()
    {
        await using FakeKafka kafka = await StartAsync(2);
        string address = kafka.Brokers[0].Address;
        using RawClient before = await ConnectAsync(kafka.Brokers[0]);
        await before.AskAsync(Topics("orders"), version: 12);

        await kafka.Brokers[0].StopAsync();

        Assert.True(await before.IsClosedAsync());
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(kafka.Brokers[0]));
        using RawClient other = await ConnectAsync(kafka.Brokers[1]);
        MetadataResponse metadata = await other.AskAsync(Topics("orders"), version: 12);
        Assert.Equal(2, metadata.Brokers.Single().NodeId);
        Assert.Equal(2, metadata.Topics.Single().Partitions.Single().LeaderId);

        await kafka.Brokers[0].StartAsync();
        Assert.Equal(address, kafka.Brokers[0].Address);
        using RawClient after = await ConnectAsync(kafka.Brokers[0]);
        Assert.Equal(2, (await after.AskAsync(Topics("orders"), version: 12)).Brokers.Count);
    }

    [Fact]
    public async Task A_broker_that_is_added_listens_and_one_that_is_removed_does_not()
    {
        await using FakeKafka kafka = await StartAsync(2);
        FakeBroker removed = kafka.Brokers[0];
        FakeBroker added = await kafka.AddBrokerAsync();

        await kafka.RemoveBrokerAsync(1);

        using RawClient client = await ConnectAsync(added);
        MetadataResponse metadata = await client.AskAsync(Topics(), version: 12);
        Assert.Equal([2, 3], metadata.Brokers.Select(broker => broker.NodeId));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(removed));
    }

    [Fact]
    public async Task A_fault_closes_the_connection()
    {
        await using FakeKafka kafka = await StartAsync(1);
        kafka.Faults.On(ApiKey.Metadata).Once().Disconnect();
        using RawClient first = await ConnectAsync(kafka.Brokers[0]);
        await first.SendAsync(Topics("orders"), version: 12);
        Assert.True(await first.IsClosedAsync());

        using RawClient second = await ConnectAsync(kafka.Brokers[0]);
        Assert.Single((await second.AskAsync(Topics("orders"), version: 12)).Topics);
    }

    [Fact]
    public async Task What_is_swallowed_holds_up_neither_a_broker_that_goes_down_nor_the_end()
    {
        FakeKafka kafka = await StartAsync(2);
        Fault fault = kafka.Faults.On(ApiKey.Metadata).Swallow();
        using RawClient first = await ConnectAsync(kafka.Brokers[0]);
        using RawClient second = await ConnectAsync(kafka.Brokers[1]);
        await first.SendAsync(Topics("orders"), version: 12);
        await second.SendAsync(Topics("orders"), version: 12);
        await fault.WaitAsync(2);

        await kafka.Brokers[0].StopAsync();
        Assert.True(await first.IsClosedAsync());
        await kafka.DisposeAsync();
        Assert.True(await second.IsClosedAsync());
    }

    [Fact]
    public async Task An_older_Kafka_tells_its_versions()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(
            options => options.Versions = KafkaVersions.Kafka21);
        using RawClient client = await ConnectAsync(kafka.Brokers[0]);

        ApiVersionsResponse versions = await client.AskAsync(new ApiVersionsRequest(), version: 2);

        Assert.Equal(10, versions.ApiKeys.Single(api => api.ApiKey == ApiKey.Fetch).MaxVersion);
        Assert.DoesNotContain(versions.ApiKeys, api => api.ApiKey == ApiKey.DescribeCluster);
    }

    [Fact]
    public async Task A_reset_keeps_the_addresses_and_connections()
    {
        await using FakeKafka kafka = await StartAsync(2);
        string servers = kafka.BootstrapServers;
        using RawClient client = await ConnectAsync(kafka.Brokers[0]);
        await client.AskAsync(Topics("orders"), version: 12);
        await kafka.Brokers[1].StopAsync();

        await kafka.ResetAsync();

        Assert.Equal(servers, kafka.BootstrapServers);
        MetadataResponse metadata =
            await client.AskAsync(new MetadataRequest { Topics = null }, version: 12);
        Assert.Empty(metadata.Topics);
        Assert.Equal(2, metadata.Brokers.Count);
    }

    [Fact]
    public async Task Brokers_listen_at_the_ports_they_are_given()
    {
        int port;
        await using (FakeKafka other = await StartAsync(1))
            port = IPEndPoint.Parse(other.Brokers[0].Address).Port;

        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 2;
            options.Ports.Add(port);
        });

        Assert.Equal($"127.0.0.1:{port}", kafka.Brokers[0].Address);
        Assert.StartsWith("127.0.0.1:", kafka.Brokers[1].Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_cut_off_refuses_connections_and_others_say_that_it_leads()
    {
        await using FakeKafka kafka = await StartAsync(2);
        using RawClient before = await ConnectAsync(kafka.Brokers[0]);
        await before.AskAsync(Topics("orders"), version: 12);

        await kafka.Brokers[0].CutOffAsync();

        Assert.True(await before.IsClosedAsync());
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(kafka.Brokers[0]));
        using RawClient other = await ConnectAsync(kafka.Brokers[1]);
        MetadataResponse metadata = await other.AskAsync(Topics("orders"), version: 12);
        Assert.Equal(1, metadata.Topics.Single().Partitions.Single().LeaderId);
        Assert.Equal(2, metadata.Brokers.Count);
        await kafka.Brokers[0].StartAsync();
        using RawClient after = await ConnectAsync(kafka.Brokers[0]);
    }

    [Fact]
    public async Task A_fake_without_sockets_has_no_address()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Listens = false);

        Assert.Throws<InvalidOperationException>(() => kafka.BootstrapServers);
        Assert.Equal("", kafka.Brokers[0].Address);
    }

    private static Task<FakeKafka> StartAsync(int brokers) =>
        FakeKafka.StartAsync(options => options.BrokerCount = brokers);

    private static MetadataRequest Topics(params string[] names) =>
        new() { Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] };

    private static Task<RawClient> ConnectAsync(FakeBroker broker)
    {
        IPEndPoint bound = IPEndPoint.Parse(broker.Address);
        return RawClient.ConnectAsync(new ListenerEndpoint
        {
            ListenerName = "PLAINTEXT",
            NodeId = broker.NodeId,
            Host = bound.Address.ToString(),
            Port = bound.Port,
            Bound = bound,
        });
    }
}
