using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace StreamLog.Cli.Targets;

/// <summary>The options by which a command finds its log.</summary>
internal sealed class TargetOptions
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Option<string> _data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The data directory of the log. No other process may have it open.",
        Required = true,
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
    }

    /// <summary>Opens the log.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="mayCreate">Whether a directory that is not there, or empty, becomes a new log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The log, which the caller disposes.</returns>
    /// <exception cref="CommandFailure">There is no log.</exception>
    /// <exception cref="StreamLogException">The log cannot be opened.</exception>
    public async ValueTask<LogTarget> OpenAsync(
        ParseResult parsed, bool mayCreate, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(_data);
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
        ILoggerFactory loggers = new ErrorLog(_shell.Errors, parsed.GetValue(_globals.Verbose));
        StreamLogNode node =
            await StreamLogNode.StartAsync(options, loggers, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        return new LogTarget(node, node.Broker);
    }
}
