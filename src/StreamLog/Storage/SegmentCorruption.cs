namespace StreamLog.Storage;

/// <summary>Words the error about bytes that are not what was written.</summary>
internal static class SegmentCorruption
{
    public static CorruptSegmentException At(Segment segment, long position, long offset, string fault) =>
        new(segment.File.Path, position, offset < 0 ? segment.BaseOffset : offset, fault);

    /// <summary>Words the reason for which a partition is not opened.</summary>
    public static StreamLogException Offline(
        TopicPartition partition, string path, long position, long offset, long durableOffset, string fault) => new(
        ErrorCode.KafkaStorageError,
        $"Partition {partition} is offline: {path} is corrupt at byte {position} (offset {offset}): {fault}. " +
        $"Everything below offset {durableOffset} had been flushed to disk, so nothing was cut away. Restore the " +
        $"file from a " +
        "copy and open the directory again, or give the records up by moving the partition's directory away.");
}
