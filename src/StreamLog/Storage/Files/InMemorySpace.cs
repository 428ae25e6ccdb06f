using StreamLog.Diagnostics;

namespace StreamLog.Storage.Files;

/// <summary>
/// Counts the bytes of all files of an <see cref="InMemoryFileSystem"/> against its limit. Any thread may call.
/// </summary>
/// <param name="limitBytes">The most there may be.</param>
internal sealed class InMemorySpace(long limitBytes)
{
    private long _usedBytes;

    /// <summary>Gets the most there may be.</summary>
    public long LimitBytes => limitBytes;

    /// <summary>Gets how many bytes are left.</summary>
    public long AvailableBytes => Math.Max(0, limitBytes - Volatile.Read(ref _usedBytes));

    /// <summary>Takes bytes, or throws as a full disk does.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="path">For which file.</param>
    /// <exception cref="IOException">
    /// They are more than what is left. <see cref="StorageErrors.IsDiskFull"/> is true for it.
    /// </exception>
    public void Take(long bytes, string path)
    {
        if (Interlocked.Add(ref _usedBytes, bytes) <= limitBytes)
            return;

        Interlocked.Add(ref _usedBytes, -bytes);
        throw StorageErrors.DiskFull(
            $"{path} cannot grow by {bytes} bytes: the limit of {limitBytes} bytes in memory is reached. " +
            "Raise it (MemoryLimit) or use a disk.");
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="bytes">How many.</param>
    public void Return(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, -bytes);
        Invariant.Holds(used >= 0);
    }
}
