using Microsoft.Extensions.Logging;

namespace StreamLog;

public sealed partial class StreamLogClient
{
    private static partial class Log
    {
        [LoggerMessage(9021, LogLevel.Information,
            "StreamLog speaks to a broker that is not its own, which has the {Count} topics that are declared.")]
        public static partial void Started(ILogger logger, int count);

        [LoggerMessage(9022, LogLevel.Warning,
            "{Count} listeners or other components of a node were not started: they belong to a node of this " +
            "process, and StreamLog speaks to a broker that is not its own.")]
        public static partial void IgnoresComponents(ILogger logger, int count);

        [LoggerMessage(9023, LogLevel.Warning,
            "StreamLog stopped before its handlers and producers were done. What was not acknowledged may be " +
            "missing. Flush them first, or raise StreamLog:ShutdownTimeout and the host's shutdown timeout.")]
        public static partial void StoppedInHaste(ILogger logger);
    }
}
