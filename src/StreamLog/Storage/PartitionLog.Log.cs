using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class PartitionLog
{
    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Error, "Partition {Partition} went offline. {Reason}")]
        public static partial void WentOffline(ILogger logger, TopicPartition partition, string reason);

        [LoggerMessage(1041, LogLevel.Warning, "Partition {Partition}: what is known of its producers was not " +
            "written before the repair, and is taken from its batches: {Reason}")]
        public static partial void SnapshotNotWritten(ILogger logger, TopicPartition partition, string reason);
    }
}
