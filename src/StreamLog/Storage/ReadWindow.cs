namespace StreamLog.Storage;

/// <summary>What a read of a log wants.</summary>
/// <param name="Offset">The first offset wanted.</param>
/// <param name="LimitOffset">The offset to stay below.</param>
/// <param name="BytesMax">How many bytes are wanted at most.</param>
/// <param name="AtLeastOneBatch">Whether the first batch is wanted even if it is larger than that.</param>
internal readonly record struct ReadWindow(long Offset, long LimitOffset, int BytesMax, bool AtLeastOneBatch);
