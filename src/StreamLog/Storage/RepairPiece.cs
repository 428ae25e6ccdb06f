namespace StreamLog.Storage;

/// <summary>A part of what a repaired segment will hold.</summary>
/// <param name="Position">Where its bytes begin in the old file; -1 for a batch that stands for lost offsets.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="BaseOffset">The offset of its first record, where <paramref name="IsStamped"/> or new.</param>
/// <param name="LastOffset">The last offset, where new.</param>
/// <param name="LeaderEpoch">The epoch, where <paramref name="IsStamped"/> or new.</param>
/// <param name="IsStamped">Whether it is one batch whose offset and epoch are set anew.</param>
internal readonly record struct RepairPiece(
    long Position, long Length, long BaseOffset, long LastOffset, int LeaderEpoch, bool IsStamped)
{
    public bool IsNew => Position < 0;
}
