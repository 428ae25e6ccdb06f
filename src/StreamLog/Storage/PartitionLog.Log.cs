using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class PartitionLog
{
    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Error, "Partition {Partition} went offline. {Reason}")]
        public static partial void WentOffline(ILogger logger, TopicPartition partition, string reason);
    }
}
