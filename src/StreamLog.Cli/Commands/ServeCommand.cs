using System.CommandLine;
using System.Net.Sockets;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;
using StreamLog.Kafka;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog serve</c>: a broker for Kafka's clients.</summary>
internal sealed class ServeCommand
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Option<string?> _data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The data directory. Where there is no log yet, there is one then.",
    };

    private readonly Option<bool> _isInMemory = new("--memory")
    {
        Description = "Keep everything in memory, until the command ends.",
    };

    private readonly Option<string> _memoryLimit = new("--memory-limit")
    {
        HelpName = "SIZE",
        Description = "How much memory --memory may take.",
        DefaultValueFactory = _ => "256m",
    };

    private readonly Option<string> _address = new("--kafka", "-k")
    {
        HelpName = "HOST:PORT",
        Description = "Where to listen for Kafka's clients. Port 0 lets the system choose; *:9092 is all addresses.",
        DefaultValueFactory = _ => "127.0.0.1:9092",
    };

    private readonly Option<string?> _advertised = new("--advertise")
    {
        HelpName = "HOST[:PORT]",
        Description = "The address that clients are told, where they reach this machine by another one.",
    };

    private readonly Option<bool> _isCreatingTopics = new("--auto-create-topics")
    {
        Description = "Create the topics that clients ask for and that are not there.",
    };

    private readonly Option<int?> _partitions = new("--partitions", "-p")
    {
        Description = "How many partitions a topic gets where its creator does not say.  [default: 1]",
    };

    private ServeCommand(Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
    }

    public static Command Create(Shell shell, GlobalOptions globals)
    {
        ServeCommand serve = new(shell, globals);
        ExampleCommand command = new(
            "serve",
            """
            Be a broker for Kafka's clients, until Ctrl-C.

            It prints where it listens once clients can connect, and ends with exit code 0 once everything is on disk.
            Without --sasl nobody has to authenticate, and without --tls-cert nothing is encrypted: serve addresses
            that you trust then.
            """,
            "streamlog serve --data ./data --kafka 127.0.0.1:9092",
            "streamlog serve --memory --kafka 127.0.0.1:0 --auto-create-topics --json",
            "streamlog serve --data ./data --kafka *:9092 --advertise broker.example.org",
            "streamlog serve --data ./data --tls-cert broker.pem --tls-key broker.key --sasl PLAIN --user-file users")
        {
            serve._data,
            serve._isInMemory,
            serve._memoryLimit,
            serve._address,
            serve._advertised,
            serve._isCreatingTopics,
            serve._partitions,
        };
        ServeSecurity security = new(command);
        command.SetAction((parsed, cancellationToken) => serve.RunAsync(parsed, security, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult parsed, ServeSecurity security, CancellationToken cancellationToken)
    {
        StreamLogOptions options = OptionsOf(parsed, security);
        using ErrorLog loggers = new(_shell.Errors, parsed.GetValue(_globals.Verbose));
        StreamLogNode node = await StartAsync(options, loggers, cancellationToken).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            foreach (ListenerEndpoint listener in node.Listeners)
            {
                if (parsed.GetValue(_globals.Json))
                {
                    Json.WriteLine(_shell.Output, new
                    {
                        ready = true,
                        listener = listener.ListenerName,
                        listener.Host,
                        listener.Port,
                        listener.Address,
                    });
                }
                else
                {
                    _shell.Output.WriteLine($"Listening on {listener.Address}.");
                }
            }

            await _shell.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using (cancellationToken.UnsafeRegister(static stop => ((TaskCompletionSource)stop!).SetResult(), stopped))
                await stopped.Task.ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }

    private static async Task<StreamLogNode> StartAsync(
        StreamLogOptions options, ErrorLog loggers, CancellationToken cancellationToken)
    {
        try
        {
            return await StreamLogNode.StartAsync(options, loggers, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StreamLogException exception)
            when (exception.ErrorCode == ErrorCode.InvalidConfig && exception.InnerException is not SocketException)
        {
            throw CommandFailure.Usage(exception.Message);
        }
    }

    private StreamLogOptions OptionsOf(ParseResult parsed, ServeSecurity security)
    {
        string? data = parsed.GetValue(_data);
        bool isInMemory = parsed.GetValue(_isInMemory);
        if (data is null != isInMemory)
            throw CommandFailure.Usage("Say where records are kept, by --data DIR or by --memory, one of the two.");
        if (!Quantities.TryParseBytes(parsed.GetRequiredValue(_memoryLimit), out long limit))
            throw CommandFailure.Usage("--memory-limit takes a size like 256m or 2g.");

        StreamLogOptions options = new()
        {
            InMemory = isInMemory,
            MemoryLimit = limit,
            AutoCreateTopics = parsed.GetValue(_isCreatingTopics),
        };
        if (data is not null)
        {
            options.DataDirectory = data;
            options.NodeId = DataDirectory.FindNodeId(data) ?? DataDirectory.NewNodeId;
        }

        if (parsed.GetValue(_partitions) is { } partitions)
            options.DefaultPartitions = partitions;
        return options.AddKafkaListener(
            parsed.GetRequiredValue(_address),
            listener =>
            {
                listener.AdvertisedAddress = parsed.GetValue(_advertised);
                security.Apply(parsed, options, listener);
            });
    }
}
