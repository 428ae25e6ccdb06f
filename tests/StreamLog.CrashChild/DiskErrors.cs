namespace StreamLog.CrashChild;

/// <summary>Appends or reads while somebody else makes the disk fail, and tells what it saw.</summary>
internal sealed class DiskErrors
{
    private const int Appends = 40;

    private static readonly string[] Topics = ["broken", "whole"];

    private readonly string _directory;
    private readonly Report _report = new();
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];

    private DiskErrors(string directory) => _directory = directory;

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The data directory, and what to do: "append" or "read".</param>
    public static Task RunAsync(string[] arguments) => new DiskErrors(arguments[0]).RunAsync(arguments[1]);

    private async Task RunAsync(string what)
    {
        StreamLogOptions options = new() { DataDirectory = _directory };
        options.Producer.DeliveryTimeout = TimeSpan.FromSeconds(5);
        options.Producer.RequestTimeout = TimeSpan.FromSeconds(2);
        options.Topics.Add("broken", new TopicOptions { Partitions = 1, SegmentBytes = 16 * 1024 });
        options.Topics.Add("whole", new TopicOptions { Partitions = 1, SegmentBytes = 16 * 1024 });
        await using (StreamLogNode node = await StreamLogNode.StartAsync(options))
        {
            if (string.Equals(what, "read", StringComparison.Ordinal))
                await ReadAllAsync(node);
            else
                AppendAll(node);

            foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
                _report.Write($"state {partition.TopicPartition} {(partition.IsOnline ? "online" : "offline")}");
        }

        _report.Write("stopped");
    }

    private async Task ReadAllAsync(StreamLogNode node)
    {
        _report.Write("ready");
        await Console.In.ReadToEndAsync();
        foreach (string topic in Topics)
        {
            await TryAsync("read", topic, () => ReadAsync(node, topic));
            await using IProducer<string, string> producer = CreateProducer(node);
            await TryAsync("append", topic, () => AppendAsync(producer, topic, 0));
        }

        ScrubReport scrubbed = await node.Maintenance.ScrubAsync();
        foreach (ScrubFinding finding in scrubbed.Findings)
            _report.Write($"found {finding.Partition} {finding.File} {finding.Fault.ReplaceLineEndings(" ")}");
    }

    // On one thread: who makes calls of the system fail counts them for each thread.
    private void AppendAll(StreamLogNode node)
    {
        Thread thread = new(() =>
        {
            foreach (string topic in Topics)
            {
                IProducer<string, string> producer = CreateProducer(node);
                for (int i = 0; i < Appends; i++)
                {
                    int number = i;
                    TryAsync("append", topic, () => AppendAsync(producer, topic, number)).GetAwaiter().GetResult();
                }

                producer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
        thread.Start();
        thread.Join();
    }

    // An idle producer that numbers nothing calls the broker, and this the disk, on the thread of whoever appends.
    private static IProducer<string, string> CreateProducer(StreamLogNode node) =>
        node.CreateProducer<string, string>(options => options.Idempotence = false);

    private async Task TryAsync(string what, string topic, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (StreamLogException error)
        {
            _report.Write($"failed {what} {topic} {error.ErrorCode} {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task AppendAsync(IProducer<string, string> producer, string topic, int number)
    {
        string value = $"{_run}:{number}:{new string('x', 1000)}";
        LogPosition position = await producer.AppendAsync(topic, new ProducerRecord<string, string>("key", value));
        _report.Acknowledged((position, value));
    }

    private async Task ReadAsync(StreamLogNode node, string topic)
    {
        int count = 0;
        await foreach (Record<string, string> record in node.Topic<string, string>(topic).ReadAsync(StartAt.Earliest))
            count += record.Value.Length > 0 ? 1 : 0;
        _report.Write($"read {topic} {count}");
    }
}
