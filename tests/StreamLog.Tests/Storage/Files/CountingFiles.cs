using System.Collections.Concurrent;
using StreamLog.Extensibility;

namespace StreamLog.Tests.Storage.Files;

/// <summary>Counts what is asked of a file system, by file, and has a limit on open files as a process has.</summary>
/// <param name="inner">Who does the work.</param>
internal sealed class CountingFiles(IFileSystem inner) : IFileSystem
{
    private const int TooManyOpen = 24;

    private readonly ConcurrentDictionary<string, int> _opened = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _bytesRead = new(StringComparer.Ordinal);
    private int _openNow;
    private int _flushes;
    private int _lists;

    public int OpenMax { get; init; } = int.MaxValue;

    public int OpenNow => Volatile.Read(ref _openNow);

    public int Flushes => Volatile.Read(ref _flushes);

    public int Lists => Volatile.Read(ref _lists);

    /// <summary>Gets the bytes that were read, by path.</summary>
    public IReadOnlyDictionary<string, long> BytesRead => _bytesRead;

    public int OpenedBelow(string folder) =>
        _opened.Where(entry => entry.Key.StartsWith(folder, StringComparison.Ordinal)).Sum(entry => entry.Value);

    public int Opened(string path) => _opened.GetValueOrDefault(path);

    public void Reset()
    {
        _opened.Clear();
        _bytesRead.Clear();
        _flushes = 0;
        _lists = 0;
    }

    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        if (Interlocked.Increment(ref _openNow) > OpenMax)
        {
            Interlocked.Decrement(ref _openNow);
            throw new IOException("Too many open files", TooManyOpen);
        }

        try
        {
            IFile file = inner.Open(path, mode, preallocate);
            _opened.AddOrUpdate(path, 1, (_, count) => count + 1);
            return new CountedFile(this, file);
        }
        catch
        {
            Interlocked.Decrement(ref _openNow);
            throw;
        }
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        Interlocked.Increment(ref _lists);
        return inner.List(directory);
    }

    public void Rename(string path, string newPath) => inner.Rename(path, newPath);

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public void SyncDirectory(string path)
    {
        Interlocked.Increment(ref _flushes);
        inner.SyncDirectory(path);
    }

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public DateTimeOffset? LastWriteTime(string path) => inner.LastWriteTime(path);

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);

    private sealed class CountedFile(CountingFiles files, IFile file) : IFile
    {
        private int _isDisposed;

        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(Span<byte> buffer, long position)
        {
            int read = file.Read(buffer, position);
            files._bytesRead.AddOrUpdate(file.Path, read, (_, count) => count + read);
            return read;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position) => file.Write(bytes, position);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position) => file.Write(parts, position);

        public void SetLength(long length) => file.SetLength(length);

        public void DataSync()
        {
            Interlocked.Increment(ref files._flushes);
            file.DataSync();
        }

        public ValueTask DataSyncAsync()
        {
            Interlocked.Increment(ref files._flushes);
            return file.DataSyncAsync();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                Interlocked.Decrement(ref files._openNow);
            file.Dispose();
        }
    }
}
