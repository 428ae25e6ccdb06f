using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogDirectory
{
    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Information,
            "Opened the data directory {Path} of node {NodeId} in cluster {ClusterId}; stopped in order the last " +
            "time: {WasClean}.")]
        public static partial void Opened(ILogger logger, string path, int nodeId, string clusterId, bool wasClean);

        [LoggerMessage(1051, LogLevel.Information, "Closed the data directory {Path}; in order: {IsClean}.")]
        public static partial void Stopped(ILogger logger, string path, bool isClean);

        [LoggerMessage(1052, LogLevel.Error, "Stopping the data directory {Path} failed; it will be scanned when it " +
            "is opened: {Reason}")]
        public static partial void StopFailed(ILogger logger, Exception error, string path, string reason);

        [LoggerMessage(1053, LogLevel.Warning, "The checkpoints of {Path} were not written, and will be tried " +
            "again: {Reason}")]
        public static partial void CheckpointFailed(ILogger logger, string path, string reason);

        [LoggerMessage(1054, LogLevel.Critical, "The data directory {Path} went offline: {Reason}")]
        public static partial void WentOffline(ILogger logger, string path, string reason);

        [LoggerMessage(1055, LogLevel.Critical, "The regular work on the data directory {Path} failed, and it cannot " +
            "be relied on any more.")]
        public static partial void TickFailed(ILogger logger, Exception error, string path);

        [LoggerMessage(1056, LogLevel.Warning, "Partition {Partition}: the repair cut {Bytes} bytes out of {Path} at " +
            "byte {Position}, and with them {Count} offsets from {Offset} on: {Fault}. The bytes are kept in {Copy}.")]
        public static partial void Cut(
            ILogger logger, TopicPartition partition, string path, long position, long bytes, long offset, long count,
            string fault, string copy);

        [LoggerMessage(1057, LogLevel.Warning, "Partition {Partition} was repaired: {Cuts} stretches were cut out, " +
            "{Mended} batches set right; online: {IsOnline}.")]
        public static partial void Repaired(
            ILogger logger, TopicPartition partition, int cuts, int mended, bool isOnline);

        [LoggerMessage(1058, LogLevel.Error, "The repair of partition {Partition} failed.")]
        public static partial void RepairFailed(ILogger logger, Exception error, TopicPartition partition);
    }
}
