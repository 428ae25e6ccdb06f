using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class RetentionTask
{
    private static partial class Log
    {
        [LoggerMessage(1062, LogLevel.Information,
            "Partition {Partition}: retention deleted {Segments} segments with {Bytes} bytes, {BeyondSize} of them " +
            "for the size of the log, the others for their age or as deleted on request. The log now begins at " +
            "offset {LogStartOffset}.")]
        public static partial void Deleted(
            ILogger logger, TopicPartition partition, int segments, long bytes, int beyondSize, long logStartOffset);

        [LoggerMessage(1063, LogLevel.Warning,
            "Partition {Partition}: retention could not be applied, and will be tried again: {Reason}")]
        public static partial void Failed(ILogger logger, TopicPartition partition, string reason);
    }
}
