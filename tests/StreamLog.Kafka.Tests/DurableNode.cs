namespace StreamLog.Kafka.Tests;

/// <summary>A node on the disk with a listener, that can be stopped and started again upon its data, at the same
/// address.</summary>
internal sealed class DurableNode : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-restart-");
    private StreamLogNode? _node;

    private DurableNode()
    {
    }

    /// <summary>Where clients reach it.</summary>
    public string Address { get; private set; } = "127.0.0.1:0";

    public static async Task<DurableNode> StartAsync()
    {
        DurableNode node = new();
        await node.StartAgainAsync();
        return node;
    }

    public async Task StartAgainAsync()
    {
        StreamLogOptions options = new() { DataDirectory = _directory.FullName };
        options.AddKafkaListener(Address);
        _node = await StreamLogNode.StartAsync(options);
        Address = _node.Listeners[0].Address;
    }

    public async Task StopAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _node = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }
}
