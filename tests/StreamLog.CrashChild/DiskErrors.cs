namespace StreamLog.CrashChild;

/// <summary>Appends or reads while somebody else makes the disk fail, and tells what it saw.</summary>
internal sealed class DiskErrors
{
    private const int Appends = 40;

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
            foreach (string topic in (string[])["broken", "whole"])
            {
                if (string.Equals(what, "read", StringComparison.Ordinal))
                    await TryAsync("read", topic, () => ReadAsync(node, topic));
                for (int i = 0; i < (string.Equals(what, "read", StringComparison.Ordinal) ? 1 : Appends); i++)
                    await TryAsync("append", topic, () => AppendAsync(node, topic, i));
            }

            if (string.Equals(what, "read", StringComparison.Ordinal))
            {
                ScrubReport scrubbed = await node.Maintenance.ScrubAsync();
                foreach (ScrubFinding finding in scrubbed.Findings)
                    _report.Write($"found {finding.Partition} {finding.File} {finding.Fault.ReplaceLineEndings(" ")}");
            }

            foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
                _report.Write($"state {partition.TopicPartition} {(partition.IsOnline ? "online" : "offline")}");
        }

        _report.Write("stopped");
    }

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

    private async Task AppendAsync(StreamLogNode node, string topic, int number)
    {
        // One producer for each, so that the failure of the one batch says nothing about the next.
        await using IProducer<string, string> producer = node.CreateProducer<string, string>();
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
