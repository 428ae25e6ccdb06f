namespace StreamLog.CrashChild;

/// <summary>Appends to two topics while somebody else makes flushes fail, and tells what it saw.</summary>
internal sealed class FlushFailure
{
    private const int AppendsMax = 40;
    private const int AppendsAfter = 4;

    private readonly string _directory;
    private readonly Report _report;

    private FlushFailure(string directory, Report report)
    {
        _directory = directory;
        _report = report;
    }

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The data directory.</param>
    public static Task RunAsync(string[] arguments) =>
        new FlushFailure(arguments[0], new Report()).RunAsync();

    private async Task RunAsync()
    {
        StreamLogOptions options = new() { DataDirectory = _directory };
        options.Producer.DeliveryTimeout = TimeSpan.FromSeconds(3);
        options.Producer.RequestTimeout = TimeSpan.FromSeconds(1);
        options.Topics.Add("broken", new TopicOptions { Partitions = 1 });
        options.Topics.Add("whole", new TopicOptions { Partitions = 1 });
        try
        {
            await RunAsync(options);
        }
        catch (StreamLogException exception)
        {
            _report.Write($"failed start {exception.ErrorCode} {OneLine(exception)}");
        }

        _report.Write("stopped");
    }

    private static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ");

    private async Task RunAsync(StreamLogOptions options)
    {
        await using (StreamLogNode node = await StreamLogNode.StartAsync(options))
        {
            bool works = true;
            for (int i = 0; i < AppendsMax && works; i++)
                works = await AppendAsync(node, "broken", $"{i}") && await AppendAsync(node, "whole", $"{i}");

            for (int i = 0; i < AppendsAfter; i++)
            {
                await AppendAsync(node, "broken", $"after {i}");
                await AppendAsync(node, "whole", $"after {i}");
            }

            foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
            {
                string state = partition.Failure is { } failure ? $"offline {OneLine(failure)}" : "online";
                _report.Write($"state {partition.TopicPartition} {state}");
            }
        }
    }

    private async Task<bool> AppendAsync(StreamLogNode node, string topic, string value)
    {
        // One producer for each, so that the failure of the one batch says nothing about the next.
        await using IProducer<string, string> producer = node.CreateProducer<string, string>();
        try
        {
            LogPosition position = await producer.AppendAsync(topic, new ProducerRecord<string, string>("key", value));
            _report.Acknowledged((position, value));
            return true;
        }
        catch (StreamLogException exception)
        {
            _report.Write($"failed {topic} {exception.ErrorCode} {OneLine(exception)}");
            return false;
        }
    }
}
