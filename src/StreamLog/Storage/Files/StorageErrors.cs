namespace StreamLog.Storage.Files;

/// <summary>Tells apart the failures of a disk that somebody acts on.</summary>
internal static class StorageErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceededOnLinux = 122;
    private const int QuotaExceededOnMac = 69;
    private const int TooManyOpenInSystem = 23;
    private const int TooManyOpenInProcess = 24;
    private const int WindowsTooManyOpen = unchecked((int)0x80070004);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Tells whether a write failed because there is no room: it may succeed once there is.</summary>
    /// <param name="exception">What the write threw.</param>
    /// <returns>
    /// <see langword="true"/> for a full disk, a quota that is used up, and the limit of the file system in memory.
    /// </returns>
    public static bool IsDiskFull(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (OperatingSystem.IsWindows())
            return exception.HResult is WindowsDiskFull or WindowsHandleDiskFull;

        // .NET puts the bare error number where Windows has an HRESULT.
        return exception.HResult == NoSpace ||
            exception.HResult == (OperatingSystem.IsMacOS() ? QuotaExceededOnMac : QuotaExceededOnLinux);
    }

    /// <summary>Tells whether a file was not opened because too many are open already.</summary>
    /// <param name="exception">What opening it threw.</param>
    /// <returns><see langword="true"/> where closing others helps.</returns>
    public static bool IsOutOfHandles(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return OperatingSystem.IsWindows()
            ? exception.HResult == WindowsTooManyOpen
            : exception.HResult is TooManyOpenInProcess or TooManyOpenInSystem;
    }

    /// <summary>Makes the exception that a full disk would throw.</summary>
    /// <param name="message">What is full, and what can be done.</param>
    /// <returns>The exception, for which <see cref="IsDiskFull"/> is true.</returns>
    public static IOException DiskFull(string message) =>
        new(message, OperatingSystem.IsWindows() ? WindowsDiskFull : NoSpace);
}
