using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class DiskReserve
{
    private static partial class Log
    {
        [LoggerMessage(1064, LogLevel.Warning,
            "The disk of {Directory} is full. The {Bytes} bytes that were set aside there were freed, so that " +
            "records can be deleted. Free some space, or lower the retention of topics.")]
        public static partial void Released(ILogger logger, string directory, long bytes);

        [LoggerMessage(1065, LogLevel.Debug, "No room could be set aside on the disk of {Directory}: {Reason}")]
        public static partial void NotHeld(ILogger logger, string directory, string reason);
    }
}
