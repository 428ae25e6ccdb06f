using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>A file system that keeps no more than so many handles of another one open at once.</summary>
/// <remarks>
/// <para>
/// Its files stay open for their owners; those that were not used lately lose their handles to others, and get new ones
/// when they are used again. A file whose bytes were not flushed is flushed before it loses its handle, one whose flush
/// failed never does, and neither does one whose name is gone. Where nothing else helps, the limit is passed.
/// </para>
/// <para>
/// Owned by a <see cref="LogDirectory"/>. Thread-safe. Handles are opened beside one another; while a name changes none
/// is, so that a file is always opened under the name it has.
/// </para>
/// </remarks>
internal sealed class HandleCache : IFileSystem
{
    // A process that may have no more than this can do nothing.
    private const int HandlesMin = 16;

    // How many files are flushed at most to make room for one.
    private const int FlushesMax = 8;

    private readonly IFileSystem _inner;

    // Taken before _gate.
    private readonly NamesLock _names = new();

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    // All files that were not disposed, by the full path of their directory.
    private readonly Dictionary<string, List<CachedFile>> _files = new(StringComparer.Ordinal);

    // Those of them that have a handle, and where the search for one to close goes on.
    private readonly List<CachedFile> _open = [];
    private int _hand;
    private int _handlesMax;

    /// <summary>Creates the cache.</summary>
    /// <param name="inner">Who does the work. It stays its owner's.</param>
    /// <param name="handlesMax">How many handles may be open.</param>
    public HandleCache(IFileSystem inner, int handlesMax)
    {
        _inner = inner;
        _handlesMax = Math.Max(1, handlesMax);
    }

    /// <summary>Gets how many handles are open now.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>Gets how many files are open for their owners, with a handle or without.</summary>
    public int FileCount
    {
        get
        {
            lock (_gate)
                return _files.Values.Sum(files => files.Count);
        }
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        CachedFile file = new(this, path, isReadOnly: mode == FileOpenMode.OpenRead);
        WithRoom(() =>
        {
            IFile handle = OpenHandle(path, mode, preallocate);
            lock (_gate)
            {
                Register(file);
                Publish(file, handle);
            }
        });
        return file;
    }

    /// <summary>Stands for a file that was seen in a listing. It is opened when it is first used.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The file, for reading and writing.</returns>
    public IFile Attach(string path)
    {
        CachedFile file = new(this, path, isReadOnly: false);
        lock (_gate)
            Register(file);
        return file;
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => _inner.FileExists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => _inner.DirectoryExists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => _inner.CreateDirectory(path);

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string directory) => _inner.List(directory);

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        string from = FullPathOf(path);
        string to = FullPathOf(newPath);
        _names.EnterChange();
        try
        {
            bool isDirectory = _inner.DirectoryExists(path);
            if (!string.Equals(from, to, StringComparison.Ordinal))
                KeepOpen(to, isDirectory: false);
            _inner.Rename(path, newPath);
            lock (_gate)
                Move(from, newPath, isDirectory);
        }
        finally
        {
            _names.ExitChange();
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        _names.EnterChange();
        try
        {
            KeepOpen(FullPathOf(path), isDirectory: false);
            _inner.DeleteFile(path);
        }
        finally
        {
            _names.ExitChange();
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        _names.EnterChange();
        try
        {
            KeepOpen(FullPathOf(path), isDirectory: true);
            _inner.DeleteDirectory(path);
        }
        finally
        {
            _names.ExitChange();
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path) => _inner.SyncDirectory(path);

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    /// <inheritdoc/>
    public DateTimeOffset? LastWriteTime(string path) => _inner.LastWriteTime(path);

    /// <inheritdoc/>
    public long AvailableBytes(string directory) => _inner.AvailableBytes(directory);

    /// <inheritdoc/>
    public long TotalBytes(string directory) => _inner.TotalBytes(directory);

    /// <summary>Gives a file its handle back.</summary>
    internal void Reopen(CachedFile file)
    {
        WithRoom(() =>
        {
            lock (file.OpenGate)
            {
                if (file.IsOpen)
                    return;
                ObjectDisposedException.ThrowIf(file.IsDisposed, file);
                if (file.IsUnlinked)
                    throw new FileNotFoundException($"{file.Path} was deleted, and could not be kept open.", file.Path);
                FileOpenMode mode = file.IsReadOnly ? FileOpenMode.OpenRead : FileOpenMode.Open;
                IFile handle = OpenHandle(file.CurrentPath, mode, preallocate: 0);
                lock (_gate)
                    Publish(file, handle);
            }
        });
        if (file.IsDisposed)
            Close(file);
    }

    /// <summary>Forgets a file with which its owner is done.</summary>
    internal void Forget(CachedFile file)
    {
        lock (_gate)
            Unregister(file);

        Close(file);
    }

    /// <summary>Closes the handle of a file, unless a call uses it.</summary>
    internal void Close(CachedFile file)
    {
        IFile? handle;
        lock (_gate)
            handle = Take(file);
        handle?.Dispose();
    }

    internal static string FullPathOf(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static string DirectoryOf(string fullPath) => Path.GetDirectoryName(fullPath) ?? "";

    private static bool LiesBelow(string path, string directory) =>
        path.Length > directory.Length
        && path[directory.Length] == Path.DirectorySeparatorChar
        && path.StartsWith(directory, StringComparison.Ordinal);

    // Files are flushed to make room only while the names are free: to flush one, it may have to be opened.
    private void WithRoom(Action open)
    {
        MakeRoom(FlushesMax);
        try
        {
            Open(open);
            return;
        }
        catch (IOException error) when (StorageErrors.IsOutOfHandles(error))
        {
            // By now the limit is what the process has, and no clean file was left to close.
        }

        MakeRoom(FlushesMax);
        Open(open);
    }

    private void Open(Action open)
    {
        _names.EnterOpening();
        try
        {
            open();
        }
        finally
        {
            _names.ExitOpening();
        }
    }

    // The process may be allowed fewer handles than were thought of, or others in it may need some.
    private IFile OpenHandle(string path, FileOpenMode mode, long preallocate)
    {
        try
        {
            return _inner.Open(path, mode, preallocate);
        }
        catch (IOException error) when (StorageErrors.IsOutOfHandles(error))
        {
            lock (_gate)
                _handlesMax = Math.Max(HandlesMin, _open.Count * 3 / 4);
            MakeRoom(flushesMax: 0);
            return _inner.Open(path, mode, preallocate);
        }
    }

    private void MakeRoom(int flushesMax)
    {
        for (int flushes = 0; ;)
        {
            CachedFile? dirty;
            IFile? victim;
            lock (_gate)
            {
                if (_open.Count < _handlesMax)
                    return;
                victim = TakeVictim(out dirty);
            }

            if (victim is not null)
                victim.Dispose();
            else if (dirty is null || ++flushes > flushesMax || !TryFlush(dirty))
                return;
        }
    }

    private static bool TryFlush(CachedFile file)
    {
        try
        {
            file.DataSync();
            return true;
        }
        catch (FlushFailedException)
        {
            return true; // Its owner's next flush fails too, and tells. The search goes on with others.
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    // The clock: who was used since the last time round is passed over once.
    private IFile? TakeVictim(out CachedFile? dirty)
    {
        dirty = null;
        for (int step = 2 * _open.Count; step > 0 && _open.Count > 0; step--)
        {
            _hand = (_hand + 1) % _open.Count;
            CachedFile file = _open[_hand];
            if (file.IsUnlinked || file.HasFailed || file.TakeUse())
                continue;
            if (file.IsDirty)
                dirty ??= file;
            else if (TakeClean(file) is { } handle)
                return handle;
        }

        return null;
    }

    private IFile? TakeClean(CachedFile file)
    {
        if (Take(file) is not { } handle)
            return null;
        if (!file.IsDirty && !file.HasFailed)
            return handle;
        Publish(file, handle); // It was written to between the look and the grasp.
        return null;
    }

    private IFile? Take(CachedFile file)
    {
        if (file.TryTakeHandle() is not { } handle)
            return null;
        CachedFile last = _open[^1];
        _open[file.RingIndex] = last;
        last.RingIndex = file.RingIndex;
        _open.RemoveAt(_open.Count - 1);
        file.RingIndex = -1;
        return handle;
    }

    private void Publish(CachedFile file, IFile handle)
    {
        file.RingIndex = _open.Count;
        _open.Add(file);
        file.Publish(handle);
    }

    private void Register(CachedFile file)
    {
        string directory = DirectoryOf(file.FullPath);
        if (!_files.TryGetValue(directory, out List<CachedFile>? files))
            _files.Add(directory, files = new List<CachedFile>(1));
        files.Add(file);
    }

    private void Unregister(CachedFile file)
    {
        string directory = DirectoryOf(file.FullPath);
        if (_files.TryGetValue(directory, out List<CachedFile>? files) && files.Remove(file) && files.Count == 0)
            _files.Remove(directory);
    }

    // Whoever has a file open goes on reading it when its name is gone: from here on it keeps its handle.
    private void KeepOpen(string path, bool isDirectory)
    {
        CachedFile[] found;
        lock (_gate)
            found = [.. At(path, isDirectory)];
        foreach (CachedFile file in found)
        {
            IFile? opened = null;
            if (!file.IsOpen)
                opened = TryOpen(file);
            lock (_gate)
            {
                if (opened is not null && !file.IsOpen && !file.IsDisposed)
                {
                    Publish(file, opened);
                    opened = null;
                }

                file.IsUnlinked = true;
            }

            opened?.Dispose();
        }
    }

    private IFile? TryOpen(CachedFile file)
    {
        try
        {
            return OpenHandle(
                file.CurrentPath, file.IsReadOnly ? FileOpenMode.OpenRead : FileOpenMode.Open, preallocate: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // What cannot be opened cannot be read after it is gone either.
        }
    }

    private void Move(string from, string newPath, bool isDirectory)
    {
        foreach (CachedFile file in At(from, isDirectory).ToArray())
        {
            if (file.IsUnlinked)
                continue;
            string rest = file.FullPath[from.Length..];
            Unregister(file);
            file.CurrentPath = newPath + rest;
            file.FullPath = FullPathOf(newPath) + rest;
            Register(file);
        }
    }

    // The files of that path, or below it.
    private IEnumerable<CachedFile> At(string path, bool isDirectory)
    {
        if (isDirectory)
        {
            return _files
                .Where(entry => string.Equals(entry.Key, path, StringComparison.Ordinal) || LiesBelow(entry.Key, path))
                .SelectMany(entry => entry.Value);
        }

        return _files.TryGetValue(DirectoryOf(path), out List<CachedFile>? files)
            ? files.Where(file => string.Equals(file.FullPath, path, StringComparison.Ordinal))
            : [];
    }
}
