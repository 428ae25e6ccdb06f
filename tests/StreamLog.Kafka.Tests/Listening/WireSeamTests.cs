using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Kafka.Listening;
using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>What only a wire can do to a request or a response.</summary>
public sealed class WireSeamTests
{
    [Fact]
    public async Task A_request_may_be_lost_before_it_is_applied()
    {
        Seam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();
        seam.OnRequest = header => header.ApiKey == ApiKey.CreateTopics ? WireAction.Disconnect : WireAction.Pass;

        await client.SendAsync(Create("t"), version: 5);

        Assert.True(await client.IsClosedAsync());
        Assert.DoesNotContain(node.Node.Topics, topic => topic.Name == "t");
    }

    [Fact]
    public async Task A_request_may_be_lost_after_it_is_applied()
    {
        Seam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();
        seam.OnResponse = _ => WireAction.Disconnect;

        await client.SendAsync(Create("t"), version: 5);

        Assert.True(await client.IsClosedAsync());
        Assert.Contains(node.Node.Topics, topic => topic.Name == "t");
    }

    [Fact]
    public async Task A_request_or_a_response_may_be_swallowed_and_the_connection_goes_on()
    {
        Seam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();
        seam.OnRequest = header => header.ApiKey == ApiKey.CreateTopics ? WireAction.Swallow : WireAction.Pass;
        seam.OnResponse = header => header.ApiKey == ApiKey.ListGroups ? WireAction.Swallow : WireAction.Pass;

        await client.SendAsync(Create("t"), version: 5);
        await client.SendAsync(new ListGroupsRequest(), version: 3);
        MetadataResponse metadata = await client.AskAsync(new MetadataRequest(), version: 1);

        Assert.Equal(1, metadata.ControllerId);
        Assert.DoesNotContain(node.Node.Topics, topic => topic.Name == "t");
    }

    [Fact]
    public async Task A_response_may_be_cut()
    {
        Seam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();
        seam.OnResponseBytes = bytes => WireAction.Send(bytes[..7], thenDisconnect: true);

        await client.SendAsync(new MetadataRequest(), version: 1);

        byte[] read = new byte[7];
        await client.Stream.ReadExactlyAsync(read);
        Assert.Equal(1, read[6] + 1); // The higher bytes of the correlation id.
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_may_be_reset(bool isRequest)
    {
        Seam seam = new();
        Func<RequestHeader, WireAction> resets = _ => WireAction.Reset;
        (seam.OnRequest, seam.OnResponse) = isRequest ? (resets, seam.OnResponse) : (seam.OnRequest, resets);
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();

        await client.SendAsync(new MetadataRequest(), version: 1);

        IOException thrown = await Assert.ThrowsAsync<IOException>(
            async () => await client.Stream.ReadExactlyAsync(new byte[1]));
        Assert.Equal(
            SocketError.ConnectionReset, Assert.IsType<SocketException>(thrown.InnerException).SocketErrorCode);
        Assert.True(WireAction.Reset != WireAction.Disconnect);
    }

    [Fact]
    public async Task Any_bytes_may_answer_a_request()
    {
        Seam seam = new() { OnRequest = _ => WireAction.Send(new byte[] { 0, 0, 0, 2, 8, 9 }) };
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();

        await client.SendAsync(new MetadataRequest(), version: 1);

        Assert.Equal([8, 9], await client.ReadFrameAsync());
    }

    [Fact]
    public async Task A_connection_may_stay_half_open_and_a_listener_stops_all_the_same()
    {
        Seam seam = new() { OnRequest = _ => WireAction.HalfOpen };
        ListenedNode node = await ListenedNode.StartAsync(listener =>
        {
            listener.Wire = seam;
            listener.DrainTimeout = TimeSpan.FromMinutes(5);
        });
        using RawClient client = await node.ConnectAsync();
        await client.SendAsync(new MetadataRequest(), version: 1);
        await seam.Asked.Task;

        Task<bool> closed = client.IsClosedAsync();
        Assert.False(closed.IsCompleted);
        await node.DisposeAsync();

        Assert.True(await closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_becomes_half_open_while_its_listener_stops_ends(bool isRequest)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        using RawClient client = await RawClient.ConnectAsync(node.Endpoint with { Bound = listening.LocalEndPoint });
        Seam seam = new();
        KafkaConnection connection = new(await listening.AcceptAsync(), PartsOf(node, seam));
        Func<RequestHeader, WireAction> stops = _ =>
        {
            connection.Drain();
            return WireAction.HalfOpen;
        };
        (seam.OnRequest, seam.OnResponse) = isRequest ? (stops, seam.OnResponse) : (seam.OnRequest, stops);
        Task running = connection.RunAsync();
        await client.SendAsync(new MetadataRequest(), version: 1);

        await running;
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task The_seam_sees_who_asks_and_the_bytes()
    {
        Seam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = seam);
        using RawClient client = await node.ConnectAsync();
        await client.SendAsync(new MetadataRequest(), version: 1, clientId: "me");
        await client.ReadAsync<MetadataResponse>(ApiKey.Metadata, 1);

        WireFrame seen = seam.Frames[0];
        Assert.Equal((1, "me", ApiKey.Metadata), (seen.NodeId, seen.Header.ClientId, seen.Header.ApiKey));
        Assert.Equal("PLAINTEXT", seen.Context.ListenerName);
        Assert.Equal(WireAction.Pass, default);
        Assert.True(WireAction.Send(new byte[1]) != WireAction.Swallow);
    }

    private static ListenerParts PartsOf(ListenedNode node, IWireSeam seam)
    {
        ListenerRegistry registry = new();
        return new ListenerParts
        {
            Broker = node.Broker,
            Options = new KafkaListenerOptions { Wire = seam },
            Name = "PLAINTEXT",
            NodeId = 1,
            Registry = registry,
            Addresses = new ListenerAddresses(registry, "PLAINTEXT"),
            Gate = new ByteGate(1 << 20),
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
        };
    }

    private static CreateTopicsRequest Create(string topic) =>
        new() { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }] };

    private sealed class Seam : IWireSeam
    {
        public Func<RequestHeader, WireAction> OnRequest { get; set; } = _ => WireAction.Pass;

        public Func<RequestHeader, WireAction> OnResponse { get; set; } = _ => WireAction.Pass;

        public Func<ReadOnlyMemory<byte>, WireAction>? OnResponseBytes { get; set; }

        public List<WireFrame> Frames { get; } = [];

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken)
        {
            Frames.Add(frame);
            Asked.TrySetResult();
            return new ValueTask<WireAction>(OnRequest(frame.Header));
        }

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
            new(OnResponseBytes is { } spoil ? spoil(frame.Bytes) : OnResponse(frame.Header));
    }
}
