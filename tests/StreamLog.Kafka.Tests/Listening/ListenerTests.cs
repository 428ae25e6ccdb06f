using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Where a listener is reached, and what it tells clients of it.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task The_system_chooses_the_port_and_the_node_tells_it()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();

        ListenerEndpoint endpoint = Assert.Single(node.Node.Listeners);
        Assert.Equal("PLAINTEXT", endpoint.ListenerName);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)endpoint.Bound!).Address);
        Assert.Equal($"127.0.0.1:{((IPEndPoint)endpoint.Bound!).Port}", endpoint.Address);
        Assert.NotEqual(0, endpoint.Port);
    }

    [Fact]
    public async Task Clients_are_told_the_address_that_is_advertised()
    {
        await using ListenedNode node =
            await ListenedNode.StartAsync(listener => listener.AdvertisedAddress = "kafka.example");
        using RawClient client = await node.ConnectAsync();

        MetadataResponse metadata = await client.AskAsync(new MetadataRequest(), version: 9);
        FindCoordinatorResponse old = await client.AskAsync(new FindCoordinatorRequest { Key = "g" }, version: 3);
        FindCoordinatorResponse found =
            await client.AskAsync(new FindCoordinatorRequest { CoordinatorKeys = ["g"] }, version: 4);

        MetadataResponse.MetadataResponseBroker broker = Assert.Single(metadata.Brokers);
        int port = ((IPEndPoint)node.Endpoint.Bound!).Port;
        Assert.Equal((1, "kafka.example", port), (broker.NodeId, broker.Host, broker.Port));
        DescribeClusterResponse cluster = await client.AskAsync(new DescribeClusterRequest(), version: 0);
        Assert.Equal(("kafka.example", port), (cluster.Brokers[0].Host, cluster.Brokers[0].Port));
        Assert.Equal((1, "kafka.example", port), (old.NodeId, old.Host, old.Port));
        FindCoordinatorResponse.Coordinator coordinator = Assert.Single(found.Coordinators);
        Assert.Equal((1, "kafka.example", port), (coordinator.NodeId, coordinator.Host, coordinator.Port));
    }

    [Fact]
    public async Task Clients_of_each_listener_are_told_its_own_address()
    {
        await using ListenedNode node = await ListenedNode.StartAsync(node: options => options.AddKafkaListener(
            "127.0.0.1:0",
            listener =>
            {
                listener.Name = "OUTSIDE";
                listener.AdvertisedAddress = "outside.example:19092";
            }));

        Assert.Equal(["OUTSIDE", "PLAINTEXT"], node.Node.Listeners.Select(listener => listener.ListenerName));
        foreach (ListenerEndpoint endpoint in node.Node.Listeners)
        {
            using RawClient client = await RawClient.ConnectAsync(endpoint);
            MetadataResponse metadata = await client.AskAsync(new MetadataRequest(), version: 1);
            Assert.Equal(
                (endpoint.Host, endpoint.Port), (metadata.Brokers.Single().Host, metadata.Brokers.Single().Port));
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_the_node_does_not_start()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string taken = other.LocalEndpoint.ToString()!;
        StreamLogOptions options = new() { InMemory = true };
        options.AddKafkaListener(taken);

        StreamLogException refused =
            await Assert.ThrowsAsync<StreamLogException>(async () => await StreamLogNode.StartAsync(options));

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains(taken, refused.Message);
        Assert.Contains("in use", refused.Message);
    }

    [Fact]
    public async Task Options_are_read_before_the_port_is_taken()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        KafkaListenerOptions options = new() { Address = node.Endpoint.Address, AdvertisedAddress = "outside:port" };

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            async () => await KafkaListener.StartAsync(node.Broker, options));

        Assert.Contains("AdvertisedAddress", refused.Message);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("no.such.host.invalid:0")]
    [InlineData("[::1]")]
    public async Task An_address_that_is_none_is_told(string address)
    {
        StreamLogOptions options = new() { InMemory = true };
        options.AddKafkaListener(address);

        StreamLogException refused =
            await Assert.ThrowsAsync<StreamLogException>(async () => await StreamLogNode.StartAsync(options));

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
    }

    [Theory]
    [InlineData("*:0")]
    [InlineData("0.0.0.0:0")]
    public async Task All_addresses_are_advertised_as_localhost(string address)
    {
        StreamLogOptions options = new() { InMemory = true };
        options.AddKafkaListener(address);
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);

        Assert.Equal("localhost", node.Listeners[0].Host);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, node.Listeners[0].Port);
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_told()
    {
        Action<KafkaListenerOptions>[] wrong =
        [
            options => options.MaxConnections = 0,
            options => options.MaxConnectionsPerIp = 0,
            options => options.MaxRequestBytes = 10,
            options => options.MaxQueuedBytes = 0,
            options => options.MaxInFlightRequests = 0,
            options => options.IdleTimeout = TimeSpan.Zero,
            options => options.StallTimeout = TimeSpan.Zero,
            options => options.DrainTimeout = TimeSpan.FromSeconds(-1),
            options => options.Name = "",
            options => options.SaslMechanisms.Add("GSSAPI"),
            options => options.AuthenticationLifetime = TimeSpan.Zero,
            options => options.Tls = new KafkaListenerTls(),
            options => options.Tls = new KafkaListenerTls { CertificateFile = "no-such-file.pem" },
        ];
        foreach (Action<KafkaListenerOptions> configure in wrong)
        {
            StreamLogException refused =
                await Assert.ThrowsAsync<StreamLogException>(() => ListenedNode.StartAsync(configure));
            Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        }
    }

    [Fact]
    public async Task A_host_has_a_listener_by_one_line()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddStreamLog(options => options.InMemory = true).AddKafkaListener("127.0.0.1:0");
        using IHost host = builder.Build();
        await host.StartAsync();
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();

        using RawClient client = await RawClient.ConnectAsync(log.Listeners[0]);
        ApiVersionsResponse answer = await client.AskAsync(new ApiVersionsRequest(), version: 0);

        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        await host.StopAsync();
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Nobody_is_let_in_once_it_has_stopped()
    {
        ListenedNode node = await ListenedNode.StartAsync();
        ListenerEndpoint endpoint = node.Endpoint;
        await node.DisposeAsync();

        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(endpoint));
    }
}
