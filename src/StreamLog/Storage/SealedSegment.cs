namespace StreamLog.Storage;

/// <summary>A segment that was rolled away and is not on the disk yet.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Snapshot">What the log remembered of its producers at its end.</param>
/// <param name="EndOffset">The offset at which the next segment begins.</param>
internal sealed record SealedSegment(Segment Segment, byte[] Snapshot, long EndOffset);
