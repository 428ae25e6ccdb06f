using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogRecovery
{
    private static partial class Log
    {
        [LoggerMessage(1013, LogLevel.Error, "Partition {Partition} was not opened. {Reason}")]
        public static partial void Offline(ILogger logger, TopicPartition partition, string reason);
    }
}
