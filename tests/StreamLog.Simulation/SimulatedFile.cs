using StreamLog.Extensibility;

namespace StreamLog.Simulation;

/// <summary>An open file of a <see cref="SimulatedDisk"/>, which does all the work.</summary>
internal sealed class SimulatedFile : IFile
{
    private readonly SimulatedDisk _disk;
    private readonly SimulatedFileNode _node;
    private readonly bool _isReadOnly;
    private int _isDisposed;

    /// <summary>Creates the handle.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="node">The file, which counts the handle.</param>
    /// <param name="path">The path as the caller gave it.</param>
    /// <param name="isReadOnly">Whether it was opened for reading alone.</param>
    public SimulatedFile(SimulatedDisk disk, SimulatedFileNode node, string path, bool isReadOnly)
    {
        _disk = disk;
        _node = node;
        _isReadOnly = isReadOnly;
        Path = path;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            ThrowIfDisposed();
            return _disk.LengthOf(_node);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return _disk.Read(_node, Path, buffer, position);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        PrepareToWrite(position);
        if (!bytes.IsEmpty)
            _disk.Write(_node, Path, bytes, position);
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PrepareToWrite(position);

        // One operation, as it is one system call; the pages split it again.
        byte[] bytes = [.. parts.SelectMany(part => part.ToArray())];
        if (bytes.Length > 0)
            _disk.Write(_node, Path, bytes, position);
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        PrepareToWrite(length);
        _disk.SetLength(_node, Path, length);
    }

    /// <inheritdoc/>
    public void DataSync()
    {
        ThrowIfDisposed();
        _disk.Sync(_node, Path);
    }

    /// <inheritdoc/>
    public ValueTask DataSyncAsync()
    {
        ThrowIfDisposed();
        return _disk.SyncAsync(_node, Path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _disk.Close(_node);
    }

    private void PrepareToWrite(long position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (_isReadOnly)
            throw new InvalidOperationException($"{Path} was opened for reading alone.");
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
