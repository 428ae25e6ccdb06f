#pragma warning disable RS0030 // The one place where files are touched.

using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Microsoft.Win32.SafeHandles;
using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>The disks of this machine.</summary>
/// <remarks>
/// Owned by the node's environment, thread-safe. Files are opened so that others may read, write, rename and delete
/// them meanwhile; who may write is settled by <see cref="TryLock"/> alone. Disposing of it lets its flush threads end
/// once they have flushed what was asked for; open files stay open.
/// </remarks>
internal sealed class PhysicalFileSystem : IFileSystem, IDisposable
{
    /// <summary>
    /// How many files are flushed at once: more than a disk's queue gains from, few enough to be cheap.
    /// </summary>
    private const int FlushThreadCountMax = 8;

    private const FileShare Everything = FileShare.ReadWrite | FileShare.Delete;

    private readonly SharedFiles _open = new();
    private readonly FlushThreads _flushes = new(FlushThreadCountMax);

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(preallocate);
        string fullPath = Normalize(path);
        bool isReadOnly = mode == FileOpenMode.OpenRead;
        bool mustExist = mode is FileOpenMode.Open or FileOpenMode.OpenRead;
        bool existed = mustExist || (mode == FileOpenMode.OpenOrCreate && File.Exists(fullPath));
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(
                fullPath,
                ModeOf(mode),
                isReadOnly ? FileAccess.Read : FileAccess.ReadWrite,
                Everything);
        }
        catch (DirectoryNotFoundException) when (mustExist)
        {
            throw new FileNotFoundException($"There is no file {path}: its directory is missing.", path);
        }

        SharedFile shared = _open.Acquire(fullPath, handle);
        if (!existed)
            shared.MetadataChanged();

        if (preallocate > 0 && !isReadOnly)
            NativeDisk.Preallocate(handle, 0, preallocate);

        return new PhysicalFile(handle, path, isReadOnly, shared, _open, _flushes);
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(Normalize(path));

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(Normalize(path));

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Directory.CreateDirectory(Normalize(path));

    /// <inheritdoc/>
    public IReadOnlyList<Extensibility.FileSystemEntry> List(string directory)
    {
        // The default options leave out names that begin with a dot.
        EnumerationOptions all = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
        List<Extensibility.FileSystemEntry> entries = [.. new FileSystemEnumerable<Extensibility.FileSystemEntry>(
            Normalize(directory),
            static (ref System.IO.Enumeration.FileSystemEntry entry) => new Extensibility.FileSystemEntry(
                entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory ? 0 : entry.Length),
            all)];
        entries.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return entries;
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        string from = Normalize(path);
        string to = Normalize(newPath);
        bool isDirectory = Directory.Exists(from);
        if (isDirectory)
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);

        _open.Renamed(from, to, isDirectory);
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        string fullPath = Normalize(path);
        try
        {
            File.Delete(fullPath);
        }
        catch (DirectoryNotFoundException)
        {
            // Without its directory there is no file either, and that is all that was asked for.
        }

        _open.Deleted(fullPath, isDirectory: false);
    }

    /// <inheritdoc/>
    public DateTimeOffset? LastWriteTime(string path)
    {
        FileInfo file = new(Normalize(path));
        return file.Exists ? new DateTimeOffset(file.LastWriteTimeUtc) : null;
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        string fullPath = Normalize(path);
        try
        {
            Directory.Delete(fullPath, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Not there is all that was asked for; but .NET says the same of a file.
            if (File.Exists(fullPath))
                throw new IOException($"{path} is a file.");
        }

        _open.Deleted(fullPath, isDirectory: true);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        string fullPath = Normalize(path);
        if (!Directory.Exists(fullPath))
            throw new DirectoryNotFoundException($"There is no directory {path}.");

        NativeDisk.FlushDirectory(fullPath);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(Normalize(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsHeldByAnother(exception))
        {
            return null;
        }

        try
        {
            // Asked for twice: .NET leaves its own lock out where a switch or a network file system says so.
            if (!NativeDisk.TryLock(handle))
            {
                handle.Dispose();
                return null;
            }

            // For whoever looks into the directory and wonders who it is.
            RandomAccess.SetLength(handle, 0);
            string id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n";
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(id), 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        return new PhysicalFileLock(handle);
    }

    /// <inheritdoc/>
    public long AvailableBytes(string directory) =>
        Ask(directory, static volume => volume.AvailableFreeSpace) ?? long.MaxValue;

    /// <inheritdoc/>
    public long TotalBytes(string directory) => Ask(directory, static volume => volume.TotalSize) ?? -1;

    /// <inheritdoc/>
    public void Dispose() => _flushes.Dispose();

    private static long? Ask(string directory, Func<DriveInfo, long> ask)
    {
        string fullPath = Normalize(directory);
        try
        {
            return ask(new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(fullPath)! : fullPath));
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // A network share has no drive to ask.
            return null;
        }
    }

    private static FileMode ModeOf(FileOpenMode mode) => mode switch
    {
        FileOpenMode.CreateNew => FileMode.CreateNew,
        FileOpenMode.OpenOrCreate => FileMode.OpenOrCreate,
        _ => FileMode.Open,
    };

    // One name for one file, whatever was put in between or behind.
    private static string Normalize(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    // EWOULDBLOCK of Linux and macOS, and the sharing violation of Windows.
    private static bool IsHeldByAnother(IOException exception) => exception.HResult ==
        (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);
}
