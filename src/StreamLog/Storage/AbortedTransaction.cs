namespace StreamLog.Storage;

/// <summary>A transaction of one partition that came to nothing: its records do not count.</summary>
/// <param name="ProducerId">Whose it was.</param>
/// <param name="FirstOffset">The offset of its first record here.</param>
/// <param name="LastOffset">The offset of the marker that ended it.</param>
/// <param name="LastStableOffset">The offset below which nothing was open when it ended.</param>
internal readonly record struct AbortedTransaction(
    long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset);
