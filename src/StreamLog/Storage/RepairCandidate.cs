namespace StreamLog.Storage;

/// <summary>A batch whose checksum is right, and what the bytes before the checksum claim.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="BaseOffset">Its first offset.</param>
/// <param name="NextOffset">The offset behind it.</param>
/// <param name="LeaderEpoch">Its epoch.</param>
internal readonly record struct RepairCandidate(long Position, long BaseOffset, long NextOffset, int LeaderEpoch)
{
    /// <summary>Tells whether the epoch is the one of that offset, or, where none is known, not an older one.</summary>
    public bool IsEpochRight(LeaderEpochs epochs, int epochBefore)
    {
        int known = epochs.EpochAt(NextOffset - 1);
        return known >= 0 ? LeaderEpoch == known : LeaderEpoch >= epochBefore;
    }
}
