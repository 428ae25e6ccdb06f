using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class ScrubTask
{
    private static partial class Log
    {
        [LoggerMessage(1070, LogLevel.Error,
            "Partition {Partition}: {Path} is damaged at byte {Position} (offset {Offset}): {Fault}. Records before " +
            "and after can be read. Restore the file from a backup, or have the partition repaired.")]
        public static partial void Found(
            ILogger logger, TopicPartition partition, string path, long position, long offset, string fault);

        [LoggerMessage(1071, LogLevel.Debug, "Read through {Segments} segments of partition {Partition}.")]
        public static partial void Scrubbed(ILogger logger, TopicPartition partition, int segments);

        [LoggerMessage(1072, LogLevel.Warning,
            "It was not noted when segments were read through, and after a restart they are read again: {Reason}")]
        public static partial void NotNoted(ILogger logger, string reason);
    }
}
