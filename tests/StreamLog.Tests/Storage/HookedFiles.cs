using System.Collections.Concurrent;
using StreamLog.Extensibility;

namespace StreamLog.Tests.Storage;

/// <summary>A file system that lets a test do something in the middle of what another one does.</summary>
/// <param name="inner">Who does the work.</param>
internal sealed class HookedFiles(IFileSystem inner) : IFileSystem
{
    /// <summary>Gets or sets what happens before a file is opened.</summary>
    public Action<string>? BeforeOpen { get; set; }

    /// <summary>Gets or sets what happens, once, after a directory has been synced.</summary>
    public Action<string>? AfterSyncDirectory { get; set; }

    /// <summary>Gets or sets what happens after a file got a new name.</summary>
    public Action<string>? AfterRename { get; set; }

    /// <summary>Gets or sets what tells when a file was written, in place of the disk.</summary>
    public Func<string, DateTimeOffset?>? LastWritten { get; set; }

    /// <summary>Gets how many bytes were to be set aside when each file was opened last.</summary>
    public ConcurrentDictionary<string, long> Preallocated { get; } = new(StringComparer.Ordinal);

    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        Preallocated[path] = preallocate;
        BeforeOpen?.Invoke(path);
        return inner.Open(path, mode, preallocate);
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<FileSystemEntry> List(string directory) => inner.List(directory);

    public void Rename(string path, string newPath)
    {
        inner.Rename(path, newPath);
        AfterRename?.Invoke(newPath);
    }

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public void SyncDirectory(string path)
    {
        inner.SyncDirectory(path);
        Action<string>? hook = AfterSyncDirectory;
        AfterSyncDirectory = null;
        hook?.Invoke(path);
    }

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public DateTimeOffset? LastWriteTime(string path) => LastWritten?.Invoke(path) ?? inner.LastWriteTime(path);

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);
}
