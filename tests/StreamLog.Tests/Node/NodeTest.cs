using StreamLog.Extensibility;
using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>A test of whole nodes, at the end of which every record buffer has been given back.</summary>
[Collection(NodeCollection.Name)]
public abstract class NodeTest : IAsyncLifetime
{
    protected const string DataDirectory = "/streamlog-trial";

    private readonly long _buffersBefore = RecordBuffer.Outstanding;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Assert.Equal(_buffersBefore, RecordBuffer.Outstanding);
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts a node on files that a test may look at, and start again on.</summary>
    protected static ValueTask<StreamLogNode> StartAsync(
        INodeEnvironment environment, Action<StreamLogOptions>? configure = null)
    {
        StreamLogOptions options = new() { DataDirectory = DataDirectory };
        options.Producer.DeliveryTimeout = TimeSpan.FromSeconds(10);
        options.Producer.RequestTimeout = TimeSpan.FromSeconds(5);
        configure?.Invoke(options);
        return StreamLogNode.StartAsync(options, environment: environment, cancellationToken: Stop);
    }

    protected static ValueTask<StreamLogNode> StartInMemoryAsync(Action<StreamLogOptions>? configure = null) =>
        StartAsync(new TrialEnvironment(), configure);

    /// <summary>Fails unless a topic can be created, written and read: nothing else was harmed.</summary>
    protected static async Task AssertStillWorksAsync(StreamLogNode node)
    {
        string topic = $"well-{node.Topics.Count}";
        await node.Admin.CreateTopicAsync(topic, partitions: 2, cancellationToken: Stop);
        ITopic<string, string> handle = node.Topic<string, string>(topic);
        LogPosition first = await handle.AppendAsync("key", "one", Stop);
        LogPosition second = await handle.AppendAsync("key", "two", Stop);
        Assert.Equal(first with { Offset = 1 }, second);

        List<string> values = await ReadValuesAsync(handle);
        Assert.Equal(["one", "two"], values);
    }

    protected static async Task<List<string>> ReadValuesAsync(ITopic<string, string> topic)
    {
        List<string> values = [];
        await foreach (Record<string, string> record in topic.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            values.Add(record.Value);

        return values;
    }

    /// <summary>Fails unless the call throws the error, and its message holds all the parts.</summary>
    protected static async Task<StreamLogException> AssertRefusedAsync(
        ErrorCode code, Func<Task> call, params string[] parts)
    {
        StreamLogException refused = await Assert.ThrowsAnyAsync<StreamLogException>(call);
        Assert.True(code == refused.ErrorCode, $"Expected {code}, got {refused.ErrorCode}: {refused.Message}");
        foreach (string part in parts)
            Assert.Contains(part, refused.Message, StringComparison.OrdinalIgnoreCase);

        return refused;
    }
}
