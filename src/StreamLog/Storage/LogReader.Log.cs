using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogReader
{
    private static partial class Log
    {
        [LoggerMessage(1025, LogLevel.Error,
            "Partition {Partition} cannot be read: {Reason} It is told once for a segment; what lies in other " +
            "segments can be read.")]
        public static partial void Unreadable(ILogger logger, TopicPartition partition, string reason);
    }
}
