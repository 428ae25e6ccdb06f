namespace StreamLog.Storage;

/// <summary>How far one partition had been flushed.</summary>
/// <param name="TopicId">The id of its topic.</param>
/// <param name="Partition">Its number.</param>
/// <param name="Offset">Everything below had been flushed.</param>
/// <param name="SegmentBaseOffset">The segment that was active then.</param>
/// <param name="Position">How many bytes of it had been flushed.</param>
internal readonly record struct FlushMark(
    Guid TopicId, int Partition, long Offset, long SegmentBaseOffset, long Position);
