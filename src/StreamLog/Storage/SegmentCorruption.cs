namespace StreamLog.Storage;

/// <summary>Words the error about bytes that are not what was written.</summary>
internal static class SegmentCorruption
{
    public static StreamLogException At(Segment segment, long position, long offset, string fault) =>
        At(segment.File.Path, position, offset < 0 ? segment.BaseOffset : offset, fault);

    public static StreamLogException At(string path, long position, long offset, string fault) => new(
        ErrorCode.KafkaStorageError,
        $"{path} is corrupt at byte {position} (offset {offset} or later): {fault}. " +
        "Records before and after may still be read. Restore the file from a copy, or give up what it holds by " +
        "moving it away.");

    /// <summary>Words the reason for which a partition is not opened.</summary>
    public static StreamLogException Offline(
        TopicPartition partition, string path, long position, long offset, long durableOffset, string fault) => new(
        ErrorCode.KafkaStorageError,
        $"Partition {partition} is offline: {path} is corrupt at byte {position} (offset {offset}): {fault}. " +
        $"Everything below offset {durableOffset} had been flushed to disk, so nothing was cut away. Restore the " +
        $"file from a " +
        "copy and open the directory again, or give the records up by moving the partition's directory away.");
}
