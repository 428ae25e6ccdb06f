using Microsoft.Extensions.Logging;

namespace StreamLog.Storage.Compaction;

internal sealed partial class LogCompaction
{
    private static partial class Log
    {
        [LoggerMessage(1114, LogLevel.Warning, "What compaction wrote beside {Path} and did not use could not be " +
            "deleted: {Reason} The next start deletes it.")]
        public static partial void NotDeleted(ILogger logger, string path, string reason);
    }
}
