using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Components start on a ready node, in their order, and stop before it in the opposite order.</summary>
public sealed class NodeComponentTests
{
    private readonly List<string> _events = [];

    [Fact]
    public async Task They_start_in_order_and_stop_in_the_opposite_order()
    {
        StreamLogNode node = await StreamLogNode.StartAsync(With(new Recorded(this, "a"), new Recorded(this, "b")));
        Assert.Equal(["a starts", "b starts"], _events);

        await node.DisposeAsync();

        Assert.Equal(["a starts", "b starts", "b stops", "a stops"], _events);
    }

    [Fact]
    public async Task A_component_finds_a_node_that_answers()
    {
        Recorded component = new(this, "a");
        StreamLogOptions options = With(component);
        options.Topics["orders"] = new TopicOptions { Partitions = 2 };
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);

        Assert.Equal(1, component.Node!.NodeId);
        Assert.Same(node, component.Node.GetService(typeof(IStreamLog)));
        Assert.NotNull(component.Node.GetService(typeof(ILoggerFactory)));
        Assert.Null(component.Node.GetService(typeof(string)));
        Assert.Contains("orders", component.TopicsAtStart);
    }

    [Fact]
    public async Task What_a_component_registers_can_be_read_of_the_node()
    {
        Recorded component = new(this, "a");
        await using StreamLogNode node = await StreamLogNode.StartAsync(With(component));
        ListenerEndpoint first = new() { ListenerName = "A", NodeId = 1, Host = "localhost", Port = 9092 };
        ListenerEndpoint second = new() { ListenerName = "B", NodeId = 1, Host = "::1", Port = 9093 };

        component.Node!.Listeners.Add(first with { Port = 1 });
        component.Node.Listeners.Add(second);
        component.Node.Listeners.Add(first);

        Assert.Equal(["B://[::1]:9093", "A://localhost:9092"], node.Listeners.Select(listener => $"{listener}"));
        Assert.Same(second, component.Node.Listeners.Find("B", 1));
        Assert.Null(component.Node.Listeners.Find("B", 2));
        component.Node.Listeners.Remove(second);
        Assert.Equal([first], node.Listeners);
    }

    [Fact]
    public async Task One_that_cannot_start_keeps_the_node_from_starting_and_the_others_stop()
    {
        StreamLogOptions options = With(new Recorded(this, "a"), new Recorded(this, "b") { FailsToStart = true });

        await Assert.ThrowsAsync<StreamLogException>(async () => await StreamLogNode.StartAsync(options));

        Assert.Equal(["a starts", "a stops"], _events);
        options.Components.Clear();
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);
    }

    [Fact]
    public async Task One_that_fails_to_stop_keeps_nothing_else_from_stopping()
    {
        Recorded component = new(this, "b") { FailsToStop = true };
        StreamLogNode node = await StreamLogNode.StartAsync(With(new Recorded(this, "a"), component));
        IBroker broker = node.Broker;

        await Assert.ThrowsAsync<AggregateException>(async () => await node.DisposeAsync());

        Assert.Equal(["a starts", "b starts", "b stops", "a stops"], _events);
        StreamLogException stopped = await Assert.ThrowsAsync<StreamLogException>(async () =>
            await broker.SendAsync(new MetadataRequest(), RequestContext.Local, CancellationToken.None));
        Assert.Equal(ErrorCode.BrokerNotAvailable, stopped.ErrorCode);
    }

    private static StreamLogOptions With(params INodeComponent[] components)
    {
        StreamLogOptions options = new() { InMemory = true };
        foreach (INodeComponent component in components)
            options.Components.Add(component);
        return options;
    }

    private sealed class Recorded(NodeComponentTests owner, string name) : INodeComponent, IAsyncDisposable
    {
        public bool FailsToStart { get; init; }

        public bool FailsToStop { get; init; }

        public INodeServices? Node { get; private set; }

        public IReadOnlyList<string?> TopicsAtStart { get; private set; } = [];

        public async ValueTask<IAsyncDisposable> StartAsync(INodeServices node, CancellationToken cancellationToken)
        {
            if (FailsToStart)
                throw new StreamLogException(ErrorCode.InvalidConfig, "The port is taken.");

            IBroker broker = (IBroker)node.GetService(typeof(IBroker))!;
            MetadataResponse metadata = await broker.SendAsync(
                new MetadataRequest { Topics = null }, RequestContext.Local, cancellationToken);
            TopicsAtStart = [.. metadata.Topics.Select(topic => topic.Name)];
            Node = node;
            owner._events.Add($"{name} starts");
            return this;
        }

        public ValueTask DisposeAsync()
        {
            owner._events.Add($"{name} stops");
            return FailsToStop
                ? ValueTask.FromException(new InvalidOperationException("It hangs."))
                : ValueTask.CompletedTask;
        }
    }
}
