namespace StreamLog.Cli.Files;

/// <summary>A slot of <c>streamlog.flush-marks</c>: how far a partition had been flushed.</summary>
/// <param name="TopicId">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Everything below it was flushed; -1: the partition was deleted.</param>
/// <param name="SegmentBaseOffset">The segment.</param>
/// <param name="Position">How many of its bytes were flushed.</param>
internal sealed record FlushMarkEntry(Guid TopicId, int Partition, long Offset, long SegmentBaseOffset, long Position);
