using Microsoft.Extensions.Logging;

namespace StreamLog.Storage.Compaction;

internal sealed partial class CompactionTask
{
    private static partial class Log
    {
        [LoggerMessage(1110, LogLevel.Debug, "Partition {Partition}: compacted up to offset {Offset} in {Passes} " +
            "passes; {SegmentsBefore} segments of {BytesBefore} bytes became {SegmentsAfter} of {BytesAfter}.")]
        public static partial void Compacted(
            ILogger logger, TopicPartition partition, long offset, int passes, int segmentsBefore, long bytesBefore,
            int segmentsAfter, long bytesAfter);

        [LoggerMessage(1111, LogLevel.Warning, "Partition {Partition}: compaction dropped {Count} records without a " +
            "key, which a compacted topic cannot keep.")]
        public static partial void KeylessDropped(ILogger logger, TopicPartition partition, long count);

        [LoggerMessage(1112, LogLevel.Error, "Partition {Partition} is not compacted any more until it is opened " +
            "again: {Reason}")]
        public static partial void Corrupt(ILogger logger, TopicPartition partition, string reason);

        [LoggerMessage(1113, LogLevel.Warning, "Partition {Partition}: compaction failed and is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, TopicPartition partition, string reason);
    }
}
