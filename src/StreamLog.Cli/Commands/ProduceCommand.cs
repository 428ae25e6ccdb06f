using System.CommandLine;
using StreamLog.Cli.Output;
using StreamLog.Cli.Records;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog produce</c>: lines in, records out.</summary>
internal sealed class ProduceCommand
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Argument<string> _topic = new("topic") { Description = "The topic." };

    private readonly Option<string?> _file = new("--file", "-f")
    {
        HelpName = "PATH",
        Description = "Read from a file, and not from stdin.",
    };

    private readonly Option<string?> _keySeparator = new("--key-separator", "-k")
    {
        HelpName = "TEXT",
        Description = "What stands between key and value. A line without it has no key.",
    };

    private readonly Option<bool> _isJson = new("--from-json")
    {
        Description = "Lines are JSON, as 'consume --json' writes it: with keys, headers, timestamps and partitions.",
    };

    private readonly Option<string?> _null = new("--null")
    {
        HelpName = "TEXT",
        Description = "A key or value of this text is null. A null value is a tombstone.",
    };

    private readonly Option<string[]> _headers = new("--header", "-H")
    {
        HelpName = "NAME=VALUE",
        Description = "A header of every record. May be given several times.",
    };

    private readonly Option<int?> _partition = new("--partition", "-p")
    {
        Description = "The partition of every record, in the place of the one that its key stands for.",
    };

    private readonly Option<CompressionType> _compression = new("--compression", "-z")
    {
        Description = "How batches are compressed.",
    };

    private readonly Option<string> _acks = new("--acks")
    {
        HelpName = "0|1|all",
        Description = "Who must have a record: nobody, the leader, or all replicas in sync.",
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<bool> _isCreating = new("--create-topic")
    {
        Description = "Create the topic where it is missing, with one partition.",
    };

    private ProduceCommand(Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
    }

    public static Command Create(Shell shell, GlobalOptions globals)
    {
        ProduceCommand produce = new(shell, globals);
        ExampleCommand command = new(
            "produce",
            """
            Append records to a topic: a record for each line of stdin, or of a file.

            It returns when all records are as durable as the log is set to make them, or as --acks asks for.
            On Ctrl-C what was read is appended, and no more is read.
            """,
            "echo hello | streamlog produce greetings --data ./data",
            "streamlog produce orders -k : --header source=import -z zstd --file orders.txt --data ./data",
            "streamlog consume orders --json --data ./a | streamlog produce orders --from-json --data ./b")
        {
            produce._topic,
            produce._file,
            produce._keySeparator,
            produce._isJson,
            produce._null,
            produce._headers,
            produce._partition,
            produce._compression,
            produce._acks,
            produce._isCreating,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction((parsed, cancellationToken) => produce.RunAsync(parsed, target, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, TargetOptions target, CancellationToken cancellationToken)
    {
        LineRecords lines = LineRecordsOf(parsed);
        string topic = parsed.GetRequiredValue(_topic);
        Acks acks = AcksOf(parsed.GetRequiredValue(_acks));
        string? file = parsed.GetValue(_file);
        // Before a log is opened for nothing.
        using Stream? opened = file is null ? null : ReadOnlyDisk.OpenStream(file);

        bool isCreating = parsed.GetValue(_isCreating);
        await using LogTarget log =
            await target.OpenAsync(parsed, mayCreate: isCreating, cancellationToken).ConfigureAwait(false);
        if (isCreating)
        {
            await log.Admin.CreateTopicIfMissingAsync(topic, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }

        // A topic that is not there is reported before anything is read.
        Topic described = await log.Admin.DescribeTopicAsync(topic, cancellationToken).ConfigureAwait(false);
        if (lines.Partition is { } partition && (partition < 0 || partition >= described.Partitions.Count))
        {
            throw CommandFailure.Usage(
                $"Topic '{topic}' has no partition {partition}: it has 0 to {described.Partitions.Count - 1}.");
        }

        IProducer<byte[]?, byte[]?> producer = log.Log.CreateProducer<byte[]?, byte[]?>(
            options =>
            {
                options.Compression = parsed.GetValue(_compression);
                options.Acks = acks;
            });
        (long count, bool isWhole) = (0, false);
        await using (producer.ConfigureAwait(false))
        {
            (count, isWhole) =
                await CopyAsync(opened ?? _shell.Input, topic, lines, producer, cancellationToken)
                    .ConfigureAwait(false);
        }

        if (parsed.GetValue(_globals.Json))
            Json.WriteDocument(_shell.Output, new { topic, appended = count });
        else
            _shell.Output.WriteLine($"Appended {count} {(count == 1 ? "record" : "records")} to '{topic}'.");
        return isWhole ? ExitCodes.Success : ExitCodes.Interrupted;
    }

    // What was read is appended, also when the user stops, or a later line is wrong.
    private static async ValueTask<(long Count, bool IsWhole)> CopyAsync(
        Stream input,
        string topic,
        LineRecords lines,
        IProducer<byte[]?, byte[]?> producer,
        CancellationToken cancellationToken)
    {
        LineReader reader = new(input);
        long count = 0;
        bool isWhole = true;
        try
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                ProducerRecord<byte[]?, byte[]?> record = lines.Read(line, count + 1);
                await producer.EnqueueAsync(topic, record, CancellationToken.None).ConfigureAwait(false);
                count++;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isWhole = false;
        }
        catch (CommandFailure failure)
        {
            await producer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            throw new CommandFailure($"{failure.Message} The {count} records before it were appended.");
        }

        await producer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return (count, isWhole);
    }

    private static Acks AcksOf(string text) => text switch
    {
        "0" => Acks.None,
        "1" => Acks.Leader,
        "all" or "-1" => Acks.All,
        _ => throw CommandFailure.Usage($"--acks takes 0, 1 or all, and not '{text}'."),
    };

    private LineRecords LineRecordsOf(ParseResult parsed)
    {
        RecordHeaders headers = [];
        foreach (string header in parsed.GetValue(_headers) ?? [])
        {
            (string name, string value) = Pairs.Split(header, "--header");
            headers.Add(name, value);
        }

        string? separator = parsed.GetValue(_keySeparator);
        if (separator is "")
            throw CommandFailure.Usage("--key-separator takes some text to look for.");
        if (parsed.GetValue(_isJson) && separator is not null)
            throw CommandFailure.Usage("--key-separator has no place with --from-json, where keys have their own.");
        return new LineRecords
        {
            IsJson = parsed.GetValue(_isJson),
            KeySeparator = separator,
            Null = parsed.GetValue(_null),
            Partition = parsed.GetValue(_partition),
            Headers = headers,
        };
    }
}
