using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using StreamLog.Kafka;

namespace StreamLog.Cli.Targets;

/// <summary>The options by which a command finds its log: a directory, or brokers.</summary>
internal sealed class TargetOptions
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;
    private readonly ClusterOptions _cluster = new();

    private readonly Option<string?> _data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The data directory of the log. No other process may have it open.",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="shell">The world around.</param>
    /// <param name="globals">The options of every command.</param>
    public TargetOptions(Command command, Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
        command.Options.Add(_data);
        _cluster.AddTo(command);
        command.Validators.Add(Validate);
    }

    /// <summary>Opens the log.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="mayCreate">Whether a directory that is not there, or empty, becomes a new log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The log, which the caller disposes.</returns>
    /// <exception cref="CommandFailure">There is no log.</exception>
    /// <exception cref="StreamLogException">The log cannot be opened, or the brokers cannot be reached.</exception>
    public async ValueTask<LogTarget> OpenAsync(
        ParseResult parsed, bool mayCreate, CancellationToken cancellationToken)
    {
        ILoggerFactory loggers = new ErrorLog(_shell.Errors, parsed.GetValue(_globals.Verbose));
        return parsed.GetValue(_data) is { } path
            ? await OpenAsync(path, mayCreate, loggers, cancellationToken).ConfigureAwait(false)
            : await ConnectAsync(CreateCluster(parsed, loggers), loggers, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the log in a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mayCreate">Whether a directory that is not there, or empty, becomes a new log.</param>
    /// <param name="loggers">Where the node logs to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The log, which the caller disposes.</returns>
    /// <exception cref="CommandFailure">There is no log.</exception>
    public static async ValueTask<LogTarget> OpenAsync(
        string path, bool mayCreate, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        int? nodeId = DataDirectory.FindNodeId(path);
        if (nodeId is null && !mayCreate)
        {
            throw new CommandFailure(
                $"There is no log in '{path}': it has no {DataDirectory.IdentityFileName}. Name the directory that the "
                + "application has as its DataDirectory, or create a topic there.");
        }

        StreamLogOptions options = new() { DataDirectory = path, NodeId = nodeId ?? DataDirectory.NewNodeId };
        // A command is here for seconds: reading through old segments is for who stays, and for 'verify'.
        options.Maintenance.ScrubInterval = null;
        StreamLogNode node =
            await StreamLogNode.StartAsync(options, loggers, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        return new LogTarget(node, node.Broker);
    }

    // Nothing is asked of anybody by then: what is wrong stands on the command line.
    private KafkaCluster CreateCluster(ParseResult parsed, ILoggerFactory loggers)
    {
        try
        {
            return new KafkaCluster(_cluster.Read(parsed), loggers);
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.InvalidConfig)
        {
            throw CommandFailure.Usage(exception.Message);
        }
    }

    private static async ValueTask<LogTarget> ConnectAsync(
        KafkaCluster cluster, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            // A person waits for it, and what is wrong should be said at once.
            await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
            StreamLogClient log = await StreamLogClient
                .StartAsync(cluster, new StreamLogOptions(), loggers, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return new LogTarget(log, cluster, cluster);
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Validate(CommandResult result)
    {
        bool isDirectory = result.GetResult(_data) is not null;
        bool isCluster = _cluster.IsGiven(result);
        if (isDirectory && isCluster)
            result.AddError("--data and --bootstrap name two logs. Give one of them.");
        else if (!isDirectory && !isCluster)
            result.AddError("Where is the log? Give --data DIR, or --bootstrap HOST:PORT.");
        else if (isDirectory)
            _cluster.RefuseOthers(result);
    }
}
