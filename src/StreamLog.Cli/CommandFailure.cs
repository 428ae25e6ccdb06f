namespace StreamLog.Cli;

/// <summary>Ends a command with one line for its user and an exit code.</summary>
internal sealed class CommandFailure : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">The fact, and what the reader can do.</param>
    /// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
    public CommandFailure(string message, int exitCode = ExitCodes.Failed)
        : base(message) => ExitCode = exitCode;

    public int ExitCode { get; }

    /// <summary>Returns the failure of a command line that contradicts itself.</summary>
    public static CommandFailure Usage(string message) => new(message, ExitCodes.Usage);
}
