using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogFlusher
{
    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Warning, "Partition {Partition}: its flush mark was not written: {Reason}")]
        public static partial void MarkNotWritten(ILogger logger, TopicPartition partition, string reason);

        [LoggerMessage(1031, LogLevel.Warning,
            "The indexes of {Path} were not written and will be built anew at the next start: {Reason}")]
        public static partial void IndexNotWritten(ILogger logger, string path, string reason);
    }
}
