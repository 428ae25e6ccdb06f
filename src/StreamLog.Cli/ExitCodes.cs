namespace StreamLog.Cli;

/// <summary>What the tool tells the shell that called it.</summary>
internal static class ExitCodes
{
    /// <summary>All was done. Following a topic and serving end like this too, by Ctrl-C.</summary>
    public const int Success = 0;

    /// <summary>The log refused, or the disk did.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong, and nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Files are damaged.</summary>
    public const int Damaged = 3;

    /// <summary>Ctrl-C came before all was done: 128 and the number of SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
