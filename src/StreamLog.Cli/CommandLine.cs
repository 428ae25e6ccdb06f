using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Options;
using StreamLog.Cli.Commands;

namespace StreamLog.Cli;

/// <summary>The tool as a whole: its commands, and what becomes of their errors.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">What stands behind <c>streamlog</c>.</param>
    /// <param name="shell">The world around.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, Shell shell, CancellationToken cancellationToken)
    {
        GlobalOptions globals = new();
        ParseResult parsed = Build(shell, globals).Parse(arguments);
        InvocationConfiguration configuration = new()
        {
            Output = shell.Output,
            Error = shell.Errors,
            EnableDefaultExceptionHandler = false,
            // Program handles signals, so that tests can.
            ProcessTerminationTimeout = null,
        };
        int exitCode;
        try
        {
            exitCode = parsed.Action is ParseErrorAction errors
                ? await RefuseAsync(errors, parsed, configuration, shell).ConfigureAwait(false)
                : await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Describe(exception, cancellationToken) is var (code, message))
        {
            await shell.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (parsed.GetValue(globals.Verbose))
                await shell.Errors.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            else if (message.Length > 0)
                await shell.Errors.WriteLineAsync($"streamlog: {OneLine(message)}").ConfigureAwait(false);
            exitCode = code;
        }

        await shell.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return exitCode;
    }

    private static Command Build(Shell shell, GlobalOptions globals)
    {
        Command root = new ExampleCommand(
            "streamlog",
            """
            The command line of StreamLog: a durable, partitioned log with Kafka's formats.

            --data opens a data directory in this process. A directory has one process at a time: stop the application
            that has it open first. --bootstrap speaks to a broker instead: Kafka, or a StreamLog that listens.
            Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 damage found, 130 interrupted.
            """,
            "streamlog topics create orders --partitions 6 --data ./data",
            "echo 'customer-7:3 apples' | streamlog produce orders --key-separator : --data ./data",
            "streamlog consume orders --show partition,offset,key --data ./data",
            "streamlog groups describe billing --bootstrap localhost:9092",
            "streamlog verify ./data",
            "streamlog serve --data ./data --kafka 127.0.0.1:9092")
        {
            TopicsCommand.Create(shell, globals),
            ProduceCommand.Create(shell, globals),
            ConsumeCommand.Create(shell, globals),
            GroupsCommand.Create(shell, globals),
            ConfigsCommand.Create(shell, globals),
            DumpCommand.Create(shell, globals),
            VerifyCommand.Create(shell, globals),
            RepairCommand.Create(shell, globals),
            BenchCommand.Create(shell, globals),
            ServeCommand.Create(shell, globals),
        };
        root.Options.Add(globals.Json);
        root.Options.Add(globals.Verbose);
        root.Options.Add(new HelpOption { Action = new ExampleHelp() });
        root.Options.Add(new VersionOption());
        return root;
    }

    private static async Task<int> RefuseAsync(
        ParseErrorAction errors, ParseResult parsed, InvocationConfiguration configuration, Shell shell)
    {
        // Also what was probably meant is nothing that a pipe wants.
        configuration.Output = shell.Errors;
        errors.ShowHelp = false;
        await parsed.InvokeAsync(configuration, CancellationToken.None).ConfigureAwait(false);
        string path = ExampleHelp.PathOf(parsed.CommandResult);
        await shell.Errors.WriteLineAsync($"See '{path} --help'.").ConfigureAwait(false);
        return ExitCodes.Usage;
    }

    // What a user can do something about gets a line; what is our own mistake says so.
    private static (int Code, string Message) Describe(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            CommandFailure failure => (failure.ExitCode, failure.Message),
            OperationCanceledException when cancellationToken.IsCancellationRequested => (ExitCodes.Interrupted, ""),
            OptionsValidationException => (ExitCodes.Usage, exception.Message),
            StreamLogException or IOException or UnauthorizedAccessException =>
                (ExitCodes.Failed, ShellWords.Of(exception.Message)),
            _ => (ExitCodes.Failed,
                $"This should not happen: {exception.Message} ({exception.GetType().Name}). --verbose says where."),
        };

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
