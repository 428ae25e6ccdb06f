using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class SegmentCheck
{
    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Debug, "Scanned {Path}: {Bytes} bytes, up to offset {EndOffset}.")]
        public static partial void Scanned(ILogger logger, string path, long bytes, long endOffset);

        [LoggerMessage(1011, LogLevel.Information,
            "Partition {Partition}: cut {Path} at byte {Position} (offset {Offset}), where the last crash left an " +
            "unfinished " +
            "write: {Fault}. It had not been acknowledged as flushed.")]
        public static partial void Cut(
            ILogger logger, TopicPartition partition, string path, long position, long offset, string fault);

        [LoggerMessage(1012, LogLevel.Warning,
            "Partition {Partition}: cut {Path} at byte {Position} (offset {Offset}): {Fault}. Sound batches lay " +
            "behind it; they " +
            "are kept in *.cut files beside it.")]
        public static partial void CutWithCopy(
            ILogger logger, TopicPartition partition, string path, long position, long offset, string fault);
    }
}
