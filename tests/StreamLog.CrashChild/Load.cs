namespace StreamLog.CrashChild;

/// <summary>Appends from several tasks to several partitions, durable and page-cached, until it is killed.</summary>
internal sealed class Load
{
    private const int Partitions = 3;
    private const int Tasks = 4;
    private const int RecordsMax = 8;

    private readonly string _directory;
    private readonly string _run;
    private readonly Report _report;

    private Load(string directory, string run, Report report)
    {
        _directory = directory;
        _run = run;
        _report = report;
    }

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The data directory, and what tells this run from others: its seed.</param>
    public static Task RunAsync(string[] arguments) =>
        new Load(arguments[0], arguments[1], new Report()).RunAsync();

    private async Task RunAsync()
    {
        using CancellationTokenSource stopping = new();

        // The console's reader blocks, whatever its methods are called.
        Task orphaned = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            stopping.Cancel();
        });
        StreamLogOptions options = new() { DataDirectory = _directory };
        options.Topics.Add("durable", TopicOf(Durability.OnCommit));
        options.Topics.Add("cached", TopicOf(Durability.PageCache));
        await using StreamLogNode node = await StreamLogNode.StartAsync(options);
        await using IProducer<string, string> shared = node.CreateProducer<string, string>();
        await using IProducer<string, string> own = node.CreateProducer<string, string>();
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task =>
            Task.Run(() => AppendAsync(task == 0 ? own : shared, task, stopping.Token))));
        await orphaned;
    }

    // Segments are small, so that a kill often meets a roll.
    private static TopicOptions TopicOf(Durability durability) => new()
    {
        Partitions = Partitions,
        Durability = durability,
        Configs = { ["segment.bytes"] = "16384", ["index.interval.bytes"] = "1024" },
    };

    private async Task AppendAsync(IProducer<string, string> producer, int task, CancellationToken stopping)
    {
        Random random = new(HashCode.Combine(task, int.Parse(_run, System.Globalization.CultureInfo.InvariantCulture)));
        for (int next = 0; !stopping.IsCancellationRequested;)
        {
            string topic = random.Next(2) == 0 ? "durable" : "cached";
            int partition = random.Next(Partitions);
            int count = random.Next(1, RecordsMax + 1);
            ProducerRecord<string, string>[] records =
            [
                .. Enumerable.Range(next, count).Select(i =>
                    new ProducerRecord<string, string>("key", $"{_run}:{task}:{i}.") { Partition = partition }),
            ];
            next += count;
            IReadOnlyList<LogPosition> positions = await producer.AppendAsync(topic, records, CancellationToken.None);
            _report.Acknowledged(positions.Select((position, i) => (position, records[i].Value)));
        }
    }
}
