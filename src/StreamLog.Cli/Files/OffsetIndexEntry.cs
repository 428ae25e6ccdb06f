namespace StreamLog.Cli.Files;

/// <summary>An entry of an <c>.index</c>.</summary>
/// <param name="Offset">The last offset of a batch.</param>
/// <param name="Position">The byte at which the batch begins.</param>
internal sealed record OffsetIndexEntry(long Offset, int Position);
