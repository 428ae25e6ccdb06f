namespace StreamLog.Storage;

/// <summary>What retention has taken away from one log.</summary>
/// <param name="Segments">How many segments.</param>
/// <param name="BeyondSize">How many of these because the log was too large; the others were too old, or
/// below the start.</param>
/// <param name="Bytes">How many bytes of log they had.</param>
internal readonly record struct RetentionOutcome(int Segments, int BeyondSize, long Bytes);
