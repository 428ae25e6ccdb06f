namespace StreamLog.Groups.Share;

/// <summary>What is decided about one partition of a share group in one step. Belongs to that step.</summary>
/// <param name="partition">The partition as it is; <see langword="null"/> where the group has not begun with
/// it.</param>
/// <param name="now">The time that deadlines are counted in, in milliseconds. It only goes forward.</param>
/// <param name="timestamp">The time of the calendar, in Unix milliseconds.</param>
internal sealed class ShareDecision(SharePartition? partition, long now, long timestamp)
{
    /// <summary>Gets the time that deadlines are counted in, in milliseconds.</summary>
    public long Now => now;

    /// <summary>Gets the time of the calendar, in Unix milliseconds.</summary>
    public long Timestamp => timestamp;

    /// <summary>Gets the partition as it is now; <see langword="null"/> where there is none.</summary>
    public SharePartition? Partition { get; private set; } = partition;

    /// <summary>Gets whether what is decided is to be written down, and the answer waits until it is durable.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Gets whether there may be records to deliver that there were not before.</summary>
    public bool HasFreed { get; private set; }

    /// <summary>Writes the partition's state down.</summary>
    public void Write() => IsWritten = true;

    /// <summary>Has those look again who wait for records.</summary>
    public void Free() => HasFreed = true;

    /// <summary>Puts a partition in the place of the one that is there, and writes it down.</summary>
    /// <param name="begun">The partition; <see langword="null"/> to forget it.</param>
    public void Replace(SharePartition? begun)
    {
        Partition = begun;
        Write();
        Free();
    }
}
