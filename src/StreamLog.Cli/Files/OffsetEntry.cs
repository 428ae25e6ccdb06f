namespace StreamLog.Cli.Files;

/// <summary>An entry of an <c>*-offset-checkpoint</c>, or of <c>streamlog.scrub-checkpoint</c>.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Value">The offset; in the latter file the time, in milliseconds since 1970.</param>
internal sealed record OffsetEntry(string Topic, int Partition, long Value);
