using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Simulation;

/// <content>What programs do with the disk.</content>
public sealed partial class SimulatedDisk
{
    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode, long preallocate = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(preallocate);
        bool mustExist = mode is FileOpenMode.Open or FileOpenMode.OpenRead;
        lock (_gate)
        {
            ThrowIfPowerless($"open {path}");
            SimulatedNode? found = Find(InMemoryPath.Split(path));
            if (found is SimulatedDirectoryNode)
                throw new UnauthorizedAccessException($"{path} is a directory.");

            if (found is null && mustExist)
                throw new FileNotFoundException($"There is no file {path}.", path);

            if (found is not null && mode == FileOpenMode.CreateNew)
                throw new IOException($"There is a file {path} already.");

            SimulatedFileNode file = found as SimulatedFileNode ?? CreateFile(path);
            file.HandleCount++;
            return new SimulatedFile(this, file, path, isReadOnly: mode == FileOpenMode.OpenRead);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_gate)
            return Find(InMemoryPath.Split(path)) is SimulatedFileNode;
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (_gate)
            return Find(InMemoryPath.Split(path)) is SimulatedDirectoryNode;
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            SimulatedDirectoryNode directory = _root;
            foreach (string name in InMemoryPath.Split(path))
            {
                if (!directory.Volatile.TryGetValue(name, out SimulatedNode? node))
                {
                    BeginMutation($"create directory {path}");
                    node = new SimulatedDirectoryNode();
                    directory.Volatile.Add(name, node);
                    _unsynced.Add(UnsyncedOperation.Link(directory, name, node, path));
                }

                directory = node as SimulatedDirectoryNode
                    ?? throw new IOException($"The directory {path} cannot be created: {name} is a file.");
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        lock (_gate)
        {
            ThrowIfPowerless($"list {directory}");
            return [.. DirectoryAt(directory).Volatile.Select(entry => new FileSystemEntry(
                entry.Key,
                entry.Value is SimulatedDirectoryNode,
                entry.Value is SimulatedFileNode file ? file.Volatile.Length : 0))];
        }
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        string[] from = InMemoryPath.Split(path);
        string[] to = InMemoryPath.Split(newPath);
        lock (_gate)
        {
            SimulatedNode node = Find(from)
                ?? throw new FileNotFoundException($"There is no {path} to rename.", path);
            (SimulatedDirectoryNode source, string name) = ParentOf(path);
            (SimulatedDirectoryNode target, string newName) = ParentOf(newPath);
            if (node is SimulatedDirectoryNode && to.AsSpan().StartsWith(from))
                throw new IOException($"{path} cannot be renamed to {newPath}, which lies inside it.");

            SimulatedNode? replaced = target.Volatile.GetValueOrDefault(newName);
            if (ReferenceEquals(node, replaced))
                return;

            if (replaced is SimulatedDirectoryNode || (replaced is not null && node is SimulatedDirectoryNode))
                throw new IOException($"{path} cannot be renamed to {newPath}, which exists.");

            string description = $"rename {path} to {newPath}";
            BeginMutation(description);
            source.Volatile.Remove(name);
            target.Volatile[newName] = node;
            _unsynced.Add(UnsyncedOperation.Rename(source, name, target, newName, node, description));
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        lock (_gate)
        {
            SimulatedNode? found = Find(InMemoryPath.Split(path));
            if (found is SimulatedDirectoryNode)
                throw new UnauthorizedAccessException($"{path} is a directory.");

            if (found is not null)
                Unlink(path, found);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            SimulatedNode? found = Find(InMemoryPath.Split(path));
            if (found is SimulatedFileNode)
                throw new IOException($"{path} is a file.");

            if (found is SimulatedDirectoryNode directory)
                DeleteTree(path, directory);
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            SimulatedDirectoryNode directory = DirectoryAt(path);
            BeginMutation($"sync directory {path}");
            int error = Faults.OnFlush(path);
            if (error != 0)
            {
                // As for a file: the system has forgotten that there was something to write.
                _unsynced.RemoveAll(operation => operation.Owners.Contains(directory));
                throw new FlushFailedException(path, error, "Input/output error");
            }

            ApplyOwnedBy(directory);
        }
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        string key = string.Join('/', InMemoryPath.Split(path));
        Open(path, FileOpenMode.OpenOrCreate).Dispose();
        lock (_gate)
            return _locks.Add(key) ? new SimulatedLock(this, key) : null;
    }

    /// <inheritdoc/>
    public long AvailableBytes(string directory) => Faults.Room;

    /// <summary>Gives a lock back.</summary>
    /// <param name="key">What it was taken as.</param>
    internal void Unlock(string key)
    {
        lock (_gate)
            _locks.Remove(key);
    }

    /// <summary>Returns the length of an open file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The number of bytes.</returns>
    internal long LengthOf(SimulatedFileNode file)
    {
        lock (_gate)
            return file.Volatile.Length;
    }

    /// <summary>Reads from an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="position">The byte to begin at.</param>
    /// <returns>The number of bytes read.</returns>
    internal int Read(SimulatedFileNode file, string path, Span<byte> buffer, long position)
    {
        lock (_gate)
        {
            ThrowIfPowerless($"read {path}");
            Faults.OnRead(path);
            return file.Volatile.Read(buffer, position);
        }
    }

    /// <summary>Writes to an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where they go.</param>
    internal void Write(SimulatedFileNode file, string path, ReadOnlySpan<byte> bytes, long position)
    {
        lock (_gate)
        {
            BeginMutation($"write {path} {position}+{bytes.Length}");
            Faults.OnWrite(path);
            long growth = Math.Max(0, position + bytes.Length - file.Volatile.Length);
            long room = Faults.TakeRoom(growth);
            if (room < growth)
                bytes = bytes[..(int)Math.Max(0, bytes.Length - (growth - room))];

            if (position + bytes.Length > file.Volatile.Length && !bytes.IsEmpty)
                _unsynced.Add(UnsyncedOperation.Extend(file, path, position + bytes.Length));

            for (int done = 0; done < bytes.Length;)
            {
                int start = (int)((position + done) % _pieceBytes);
                int count = Math.Min(bytes.Length - done, _pieceBytes - start);
                byte[] piece = bytes.Slice(done, count).ToArray();
                _unsynced.Add(UnsyncedOperation.Write(file, path, piece, position + done));
                done += count;
            }

            file.Volatile.Write(bytes, position);
            if (room < growth)
                throw SimulatedFaults.DiskFull(path);
        }
    }

    /// <summary>Sets the length of an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="length">The new number of bytes.</param>
    internal void SetLength(SimulatedFileNode file, string path, long length)
    {
        lock (_gate)
        {
            BeginMutation($"set length of {path} to {length}");
            Faults.OnWrite(path);
            long growth = Math.Max(0, length - file.Volatile.Length);
            if (Faults.TakeRoom(growth) < growth)
                throw SimulatedFaults.DiskFull(path);

            _unsynced.Add(UnsyncedOperation.SetLength(file, path, length));
            file.Volatile.SetLength(length);
        }
    }

    /// <summary>Syncs an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    internal void Sync(SimulatedFileNode file, string path)
    {
        lock (_gate)
        {
            if (file.Failure is { } earlier)
                throw new FlushFailedException(path, earlier.SystemError, "an earlier flush of this file failed");

            BeginMutation($"sync {path}");
            int error = Faults.OnFlush(path);
            if (error != 0)
            {
                // Linux has marked the pages clean: they can be read, are never written, and a second sync would
                // succeed.
                _unsynced.RemoveAll(operation => operation.Owners.Contains(file));
                file.Failure = new FlushFailedException(path, error, "Input/output error");
                throw new FlushFailedException(path, error, "Input/output error");
            }

            ApplyOwnedBy(file);
        }
    }

    /// <summary>Syncs an open file, at once or when flushes are released.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <returns>A task that completes as <see cref="Sync"/> does.</returns>
    internal ValueTask SyncAsync(SimulatedFileNode file, string path)
    {
        lock (_gate)
        {
            if (_holdsFlushes)
            {
                TaskCompletionSource done = new();
                _heldFlushes.Add((file, path, done));
                return new ValueTask(done.Task);
            }
        }

        try
        {
            Sync(file, path);
            return ValueTask.CompletedTask;
        }
        catch (IOException exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Counts a handle out.</summary>
    /// <param name="file">The file.</param>
    internal void Close(SimulatedFileNode file)
    {
        lock (_gate)
        {
            // With the last handle the system forgets that it told of a failure.
            file.HandleCount--;
            if (file.HandleCount == 0)
                file.Failure = null;
        }
    }

    private void BeginMutation(string description)
    {
        ThrowIfPowerless(description);
        _mutationCount++;
        if (_mutationsBeforeCut != long.MaxValue)
            _mutationsBeforeCut--;
    }

    private void ThrowIfPowerless(string description)
    {
        if (_mutationsBeforeCut == 0)
            throw new PowerCutException(description);
    }

    private SimulatedFileNode CreateFile(string path)
    {
        (SimulatedDirectoryNode parent, string name) = ParentOf(path);
        BeginMutation($"create {path}");
        SimulatedFileNode file = new();
        parent.Volatile.Add(name, file);
        _unsynced.Add(UnsyncedOperation.Link(parent, name, file, path));
        return file;
    }

    private void DeleteTree(string path, SimulatedDirectoryNode directory)
    {
        foreach ((string name, SimulatedNode node) in directory.Volatile.ToArray())
        {
            string child = Path.Combine(path, name);
            if (node is SimulatedDirectoryNode inner)
                DeleteTree(child, inner);
            else
                Unlink(child, node);
        }

        if (directory != _root)
            Unlink(path, directory);
    }

    private void Unlink(string path, SimulatedNode node)
    {
        (SimulatedDirectoryNode parent, string name) = ParentOf(path);
        BeginMutation($"delete {path}");
        parent.Volatile.Remove(name);
        _unsynced.Add(UnsyncedOperation.Unlink(parent, name, node, path));
    }

    // A change of names in two directories is certain only when both have been synced.
    private void ApplyOwnedBy(SimulatedNode node)
    {
        int kept = 0;
        for (int i = 0; i < _unsynced.Count; i++)
        {
            UnsyncedOperation operation = _unsynced[i];
            if (operation.Owners.Remove(node) && operation.Owners.Count == 0)
                operation.Apply(static same => same);
            else
                _unsynced[kept++] = operation;
        }

        _unsynced.RemoveRange(kept, _unsynced.Count - kept);
    }

    private SimulatedNode? Find(ReadOnlySpan<string> names)
    {
        SimulatedNode? node = _root;
        foreach (string name in names)
            node = (node as SimulatedDirectoryNode)?.Volatile.GetValueOrDefault(name);

        return node;
    }

    private SimulatedDirectoryNode DirectoryAt(string path) => Find(InMemoryPath.Split(path)) as SimulatedDirectoryNode
        ?? throw new DirectoryNotFoundException($"There is no directory {path}.");

    private (SimulatedDirectoryNode Parent, string Name) ParentOf(string path)
    {
        string[] names = InMemoryPath.Split(path);
        if (names.Length > 0 && Find(names.AsSpan(..^1)) is SimulatedDirectoryNode parent)
            return (parent, names[^1]);

        throw new DirectoryNotFoundException($"The directory of {path} does not exist.");
    }
}
