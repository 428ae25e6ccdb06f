using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>A disk in memory, with a limit. It is gone with the process, and never forgets before.</summary>
/// <remarks>
/// Owned by the node's environment, thread-safe. Paths mean what they mean on a disk; the root is there from the start.
/// Beyond the limit writes fail as on a full disk.
/// </remarks>
internal sealed class InMemoryFileSystem : IFileSystem
{
    private readonly InMemorySpace _space;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly InMemoryDirectory _root = new();
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    /// <summary>Creates an empty disk.</summary>
    /// <param name="limitBytes">The most bytes that all files together may hold.</param>
    public InMemoryFileSystem(long limitBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        _space = new InMemorySpace(limitBytes);
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(preallocate);
        string[] names = InMemoryPath.Split(path);
        bool mustExist = mode is FileOpenMode.Open or FileOpenMode.OpenRead;
        lock (_gate)
        {
            InMemoryDirectory? parent = names.Length == 0 ? null : Find(names.AsSpan(..^1)) as InMemoryDirectory;
            object? found = names.Length == 0 ? _root : parent?.Entries.GetValueOrDefault(names[^1]);
            if (found is InMemoryDirectory)
                throw new UnauthorizedAccessException($"{path} is a directory.");

            if (found is null && mustExist)
                throw new FileNotFoundException($"There is no file {path}.", path);

            if (parent is null)
                throw new DirectoryNotFoundException($"The directory of {path} does not exist.");

            if (found is not null && mode == FileOpenMode.CreateNew)
                throw new IOException($"There is a file {path} already.");

            InMemoryContent? content = (InMemoryContent?)found;
            if (content is null)
            {
                content = new InMemoryContent(_space);
                parent.Entries.Add(names[^1], content);
            }

            content.Hold();
            return new InMemoryFile(content, path, isReadOnly: mode == FileOpenMode.OpenRead);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_gate)
            return Find(InMemoryPath.Split(path)) is InMemoryContent;
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (_gate)
            return Find(InMemoryPath.Split(path)) is InMemoryDirectory;
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            InMemoryDirectory directory = _root;
            foreach (string name in InMemoryPath.Split(path))
            {
                if (!directory.Entries.TryGetValue(name, out object? entry))
                {
                    entry = new InMemoryDirectory();
                    directory.Entries.Add(name, entry);
                }

                directory = entry as InMemoryDirectory
                    ?? throw new IOException($"The directory {path} cannot be created: {name} is a file.");
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        lock (_gate)
        {
            if (Find(InMemoryPath.Split(directory)) is not InMemoryDirectory found)
                throw new DirectoryNotFoundException($"There is no directory {directory}.");

            return [.. found.Entries.Select(entry => new FileSystemEntry(
                entry.Key, entry.Value is InMemoryDirectory, entry.Value is InMemoryContent file ? file.Length : 0))];
        }
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        string[] from = InMemoryPath.Split(path);
        string[] to = InMemoryPath.Split(newPath);
        lock (_gate)
        {
            object source = Find(from) ?? throw new FileNotFoundException($"There is no {path} to rename.", path);
            if (Find(to.AsSpan(..^1)) is not InMemoryDirectory parent)
                throw new DirectoryNotFoundException($"The directory of {newPath} does not exist.");

            if (source is InMemoryDirectory && to.AsSpan().StartsWith(from))
                throw new IOException($"{path} cannot be renamed to {newPath}, which lies inside it.");

            object? target = parent.Entries.GetValueOrDefault(to[^1]);
            if (ReferenceEquals(source, target))
                return;

            if (target is InMemoryDirectory || (target is not null && source is InMemoryDirectory))
                throw new IOException($"{path} cannot be renamed to {newPath}, which exists.");

            ((InMemoryDirectory)Find(from.AsSpan(..^1))!).Entries.Remove(from[^1]);
            parent.Entries[to[^1]] = source;
            (target as InMemoryContent)?.Release();
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        string[] names = InMemoryPath.Split(path);
        lock (_gate)
        {
            object? found = Find(names);
            if (found is InMemoryDirectory)
                throw new UnauthorizedAccessException($"{path} is a directory.");

            if (found is not InMemoryContent file)
                return;

            ((InMemoryDirectory)Find(names.AsSpan(..^1))!).Entries.Remove(names[^1]);
            file.Release();
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        string[] names = InMemoryPath.Split(path);
        lock (_gate)
        {
            object? found = Find(names);
            if (found is InMemoryContent)
                throw new IOException($"{path} is a file.");

            if (found is not InMemoryDirectory directory)
                return;

            if (names.Length > 0)
                ((InMemoryDirectory)Find(names.AsSpan(..^1))!).Entries.Remove(names[^1]);

            directory.ReleaseAll();
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        if (!DirectoryExists(path))
            throw new DirectoryNotFoundException($"There is no directory {path}.");
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        string key = string.Join('/', InMemoryPath.Split(path));
        Open(path, FileOpenMode.OpenOrCreate).Dispose();
        lock (_gate)
            return _locks.Add(key) ? new InMemoryLock(this, key) : null;
    }

    /// <inheritdoc/>
    public long AvailableBytes(string directory) => _space.AvailableBytes;

    /// <inheritdoc/>
    public long TotalBytes(string directory) => _space.LimitBytes;

    /// <summary>Gives a lock back.</summary>
    /// <param name="key">What it was taken as.</param>
    public void Unlock(string key)
    {
        lock (_gate)
            _locks.Remove(key);
    }

    private object? Find(ReadOnlySpan<string> names)
    {
        object? node = _root;
        foreach (string name in names)
            node = (node as InMemoryDirectory)?.Entries.GetValueOrDefault(name);

        return node;
    }
}
