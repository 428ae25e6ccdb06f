using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>The system calls that .NET does not offer, or, on .NET 10, gets wrong.</summary>
/// <remarks>
/// <c>RandomAccess.FlushToDisk</c> and <c>FileStream.Flush(true)</c> never report an error of fsync on Linux, there is
/// no way to open a directory, and none to set aside disk space for a file that exists. Any thread may call; calls
/// block.
/// </remarks>
internal static partial class NativeDisk
{
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;
    private const int NotSupportedOnMac = 45;
    private const int NoDeviceOnMac = 19;
    private const int FullSyncOnMac = 51;
    private const int KeepSize = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>Forces a file to the disk.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for the exception.</param>
    /// <param name="withMetadata">
    /// Whether all that is known of the file goes too, and not only what reading it needs.
    /// </param>
    /// <exception cref="FlushFailedException">The disk refused.</exception>
    public static void Flush(SafeFileHandle file, string path, bool withMetadata)
    {
        int error = OperatingSystem.IsWindows() ? FlushOnWindows(file)
            : OperatingSystem.IsMacOS() ? FlushOnMac(file)
            : FlushOnLinux(file, withMetadata);
        if (error != 0)
            throw new FlushFailedException(path, error, Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>
    /// Forces the names in a directory to the disk. Windows keeps them in its own journal, and nothing is done there.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="FlushFailedException">The disk refused.</exception>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        int descriptor;
        int error = 0;
        do
        {
            descriptor = OpenPath(path, DirectoryFlags());
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);

        if (error != 0)
        {
            throw new IOException(
                $"The directory {path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }

        using SafeFileHandle directory = new(descriptor, ownsHandle: true);
        Flush(directory, path, withMetadata: true);
    }

    /// <summary>
    /// Sets disk space aside without changing the file's length. Does nothing where the system cannot.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <param name="position">Where the space begins.</param>
    /// <param name="length">How many bytes it is for.</param>
    /// <remarks>
    /// A disk too full for it is no failure either: the file may stay smaller than what was set aside. On Windows and
    /// macOS there is no call that does it cheaply, and nothing is set aside.
    /// </remarks>
    public static void Preallocate(SafeFileHandle file, long position, long length)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            return;

        while (FAllocate(file, KeepSize, position, length) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    /// <summary>
    /// Takes the lock of a file that belongs to its handle and so ends with its process. Windows needs no such call.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <returns><see langword="false"/> if another handle has it.</returns>
    public static bool TryLock(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
            return true;

        while (FLock(file, LockExclusive | LockNonBlocking) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return false;
        }

        return true;
    }

    private static int FlushOnLinux(SafeFileHandle file, bool withMetadata)
    {
        while ((withMetadata ? FSync(file) : FDataSync(file)) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                return error;
        }

        return 0;
    }

    // On macOS fsync leaves the bytes in the drive's cache; only F_FULLFSYNC asks the drive to write them.
    private static int FlushOnMac(SafeFileHandle file)
    {
        while (FControl(file, FullSyncOnMac) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is NotSupportedOnMac or InvalidArgument or NoDeviceOnMac)
                return FlushOnLinux(file, withMetadata: true);

            if (error != Interrupted)
                return error;
        }

        return 0;
    }

    private static int FlushOnWindows(SafeFileHandle file) =>
        FlushFileBuffers(file) ? 0 : Marshal.GetLastPInvokeError();

    // O_RDONLY | O_DIRECTORY | O_CLOEXEC, whose numbers belong to the system and the processor.
    private static int DirectoryFlags()
    {
        if (OperatingSystem.IsMacOS())
            return 0x10_0000 | 0x100_0000;

        bool hasArmNumbers = RuntimeInformation.ProcessArchitecture
            is Architecture.Arm or Architecture.Arm64 or Architecture.Armv6 or Architecture.Ppc64le;
        return (hasArmNumbers ? 0x4000 : 0x1_0000) | 0x8_0000;
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(SafeFileHandle file, int command);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("kernel32", EntryPoint = "FlushFileBuffers", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
