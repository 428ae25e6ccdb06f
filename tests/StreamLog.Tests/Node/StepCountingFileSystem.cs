using StreamLog.Extensibility;

namespace StreamLog.Tests.Node;

/// <summary>A file system that says, before each operation, which one it is.</summary>
internal sealed class StepCountingFileSystem(IFileSystem inner) : IFileSystem
{
    private int _steps;

    /// <summary>Called with the number of the step, from 1, and what it is. It may throw to make the step
    /// fail.</summary>
    public Action<int, string>? BeforeStep { get; set; }

    public int Steps => Volatile.Read(ref _steps);

    public void Restart() => Volatile.Write(ref _steps, 0);

    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        Step($"open {path}");
        return new CountedFile(this, inner.Open(path, mode, preallocate));
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path)
    {
        Step($"mkdir {path}");
        inner.CreateDirectory(path);
    }

    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        Step($"list {directory}");
        return inner.List(directory);
    }

    public void Rename(string path, string newPath)
    {
        Step($"rename {path} {newPath}");
        inner.Rename(path, newPath);
    }

    public void DeleteFile(string path)
    {
        Step($"delete {path}");
        inner.DeleteFile(path);
    }

    public void DeleteDirectory(string path)
    {
        Step($"rmdir {path}");
        inner.DeleteDirectory(path);
    }

    public void SyncDirectory(string path)
    {
        Step($"sync {path}");
        inner.SyncDirectory(path);
    }

    public IDisposable? TryLock(string path)
    {
        Step($"lock {path}");
        return inner.TryLock(path);
    }

    public DateTimeOffset? LastWriteTime(string path) => inner.LastWriteTime(path);

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);

    private void Step(string what) => BeforeStep?.Invoke(Interlocked.Increment(ref _steps), what);

    private sealed class CountedFile(StepCountingFileSystem owner, IFile file) : IFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long position)
        {
            owner.Step($"read {file.Path}");
            return file.Read(buffer, position);
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            owner.Step($"write {file.Path}");
            file.Write(bytes, position);
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
        {
            owner.Step($"write {file.Path}");
            file.Write(parts, position);
        }

        public void SetLength(long length)
        {
            owner.Step($"resize {file.Path}");
            file.SetLength(length);
        }

        public void DataSync()
        {
            owner.Step($"flush {file.Path}");
            file.DataSync();
        }

        public ValueTask DataSyncAsync()
        {
            owner.Step($"flush {file.Path}");
            return file.DataSyncAsync();
        }

        public void Dispose() => file.Dispose();
    }
}
