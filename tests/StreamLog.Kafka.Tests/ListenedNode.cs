using StreamLog.Protocol;

namespace StreamLog.Kafka.Tests;

/// <summary>A node in memory with a listener.</summary>
internal sealed class ListenedNode : IAsyncDisposable
{
    private ListenedNode(StreamLogNode node) => Node = node;

    public StreamLogNode Node { get; }

    public ListenerEndpoint Endpoint => Node.Listeners[0];

    public IBroker Broker => Node.Broker;

    public static async Task<ListenedNode> StartAsync(
        Action<KafkaListenerOptions>? listener = null, Action<StreamLogOptions>? node = null)
    {
        StreamLogOptions options = new() { InMemory = true, AutoCreateTopics = true };
        node?.Invoke(options);
        options.AddKafkaListener("127.0.0.1:0", listener);
        return new ListenedNode(await StreamLogNode.StartAsync(options));
    }

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Endpoint);

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
