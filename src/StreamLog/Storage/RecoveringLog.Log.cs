using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class RecoveringLog
{
    private static partial class Log
    {
        [LoggerMessage(1014, LogLevel.Warning,
            "The disk is full, and something that shortens the next start was not written to {Path}: {Reason}")]
        public static partial void NotWritten(ILogger logger, string path, string reason);
    }
}
