namespace StreamLog.Cli.Files;

/// <summary>An entry of a <c>.timeindex</c>.</summary>
/// <param name="Timestamp">The latest timestamp so far, in milliseconds since 1970.</param>
/// <param name="Offset">The last offset of the batch that brought it.</param>
internal sealed record TimeIndexEntry(long Timestamp, long Offset);
