using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogWriter
{
    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Debug, "Partition {Partition}: rolled to a new segment at offset {Offset}; " +
            "the last has {Bytes} bytes.")]
        public static partial void Rolled(ILogger logger, TopicPartition partition, long offset, int bytes);

        [LoggerMessage(1021, LogLevel.Warning, "Partition {Partition}: writing {Path} at byte {Position} failed: " +
            "{Reason}")]
        public static partial void AppendFailed(
            ILogger logger, TopicPartition partition, string path, int position, string reason);
    }
}
