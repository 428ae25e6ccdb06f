using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class DirectoryCheckpoints
{
    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning,
            "The checkpoint {Path} is corrupt and is ignored: logs are scanned from further back instead.")]
        public static partial void CheckpointIgnored(ILogger logger, string path);
    }
}
