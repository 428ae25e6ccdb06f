namespace StreamLog.Groups.Share;

/// <summary>Which offsets of a partition were read, and which of them are records to deliver. Immutable.</summary>
/// <param name="From">The first offset.</param>
/// <param name="End">The offset behind the last one.</param>
/// <param name="Records">The offsets of records, in order and without overlap. What is read and not here was compacted
/// away, is a mark for the log itself, or belongs to an aborted transaction.</param>
internal sealed record ReadOffsets(long From, long End, IReadOnlyList<(long First, long Last)> Records);
