namespace StreamLog.Storage.Compaction;

/// <summary>A swap of segments that failed half-way. What is on the disk is whole; a start finishes it.</summary>
internal sealed class SwapFailedException(string message, Exception inner) : IOException(message, inner);
