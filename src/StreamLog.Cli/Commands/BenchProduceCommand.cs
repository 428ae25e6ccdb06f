using System.CommandLine;
using StreamLog.Cli.Benchmarking;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog bench produce</c>: appends records, and measures how long each waits.</summary>
internal sealed class BenchProduceCommand
{
    // Eight bytes are kept of each.
    private const int RecordsMax = 100_000_000;

    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Argument<string> _topic = new("topic")
    {
        Description = "The topic. It keeps the records; where it is missing it is created.",
    };

    private readonly Option<int> _records = new("--records", "-n")
    {
        HelpName = "COUNT",
        Description = "How many records.",
        DefaultValueFactory = _ => 100_000,
    };

    private readonly Option<int> _size = new("--size")
    {
        HelpName = "BYTES",
        Description = "How long each value is.",
        DefaultValueFactory = _ => 100,
    };

    private readonly Option<int> _inFlight = new("--in-flight")
    {
        HelpName = "COUNT",
        Description = "How many records wait at a time to be acknowledged. 1 measures what one caller sees.",
        DefaultValueFactory = _ => 1000,
    };

    private readonly Option<int> _partitions = new("--partitions", "-p")
    {
        Description = "How many partitions the topic gets where it is created.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<CompressionType> _compression = new("--compression", "-z")
    {
        Description = "How batches are compressed.",
    };

    private BenchProduceCommand(Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
    }

    public static Command Create(Shell shell, GlobalOptions globals)
    {
        BenchProduceCommand bench = new(shell, globals);
        ExampleCommand command = new(
            "produce",
            """
            Append records as fast as they are acknowledged, and print throughput and percentiles.

            Acknowledged means what it always means: with a durable log, on the disk.
            """,
            "streamlog bench produce bench --records 1000000 --data ./bench",
            "streamlog bench produce bench --records 1000 --in-flight 1 --data ./bench")
        {
            bench._topic,
            bench._records,
            bench._size,
            bench._inFlight,
            bench._partitions,
            bench._compression,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction((parsed, cancellationToken) => bench.RunAsync(parsed, target, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, TargetOptions target, CancellationToken cancellationToken)
    {
        int count = parsed.GetValue(_records);
        int size = parsed.GetValue(_size);
        int inFlight = parsed.GetValue(_inFlight);
        if (count is < 1 or > RecordsMax || size < 0 || inFlight < 1)
        {
            throw CommandFailure.Usage(
                $"--records takes 1 to {RecordsMax}, --size 0 or more, --in-flight 1 or more.");
        }

        string topic = parsed.GetRequiredValue(_topic);
        await using LogTarget log =
            await target.OpenAsync(parsed, mayCreate: true, cancellationToken).ConfigureAwait(false);
        await log.Admin.CreateTopicIfMissingAsync(
            topic, parsed.GetValue(_partitions), cancellationToken: cancellationToken).ConfigureAwait(false);
        await using IProducer<byte[]?, byte[]> producer = log.Log.CreateProducer<byte[]?, byte[]>(
            options => options.Compression = parsed.GetValue(_compression));

        // The same bytes over and over would compress to nothing.
        byte[] value = new byte[size];
        new Random(Seed: 1).NextBytes(value);
        Latencies latencies = new(count);
        int left = count;
        long start = _shell.Time.GetTimestamp();
        async Task AppendAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long sent = _shell.Time.GetTimestamp();
                await producer.AppendAsync(topic, new(null, value), CancellationToken.None).ConfigureAwait(false);
                latencies.Add(_shell.Time.GetElapsedTime(sent));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Min(inFlight, count)).Select(_ => AppendAsync()))
            .ConfigureAwait(false);
        BenchResult result = new(count, (long)count * size, _shell.Time.GetElapsedTime(start))
        {
            Latencies = latencies,
        };
        result.Write(_shell.Output, parsed.GetValue(_globals.Json));
        return ExitCodes.Success;
    }
}
