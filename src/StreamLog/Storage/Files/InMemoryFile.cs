using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>An open file of an <see cref="InMemoryFileSystem"/>. Threads as <see cref="IFile"/> says.</summary>
internal sealed class InMemoryFile : IFile
{
    private readonly InMemoryContent _content;
    private readonly bool _isReadOnly;
    private int _isDisposed;

    /// <summary>Creates the handle.</summary>
    /// <param name="content">The bytes, held for it by whoever calls.</param>
    /// <param name="path">The path as the caller gave it.</param>
    /// <param name="isReadOnly">Whether it was opened for reading alone.</param>
    public InMemoryFile(InMemoryContent content, string path, bool isReadOnly)
    {
        _content = content;
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
            return _content.Length;
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return _content.Read(buffer, position);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        PrepareToWrite(position);
        _content.Write(bytes, position, Path);
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PrepareToWrite(position);
        for (int i = 0; i < parts.Count; i++)
        {
            _content.Write(parts[i].Span, position, Path);
            position += parts[i].Length;
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        PrepareToWrite(length);
        _content.SetLength(length, Path);
    }

    /// <inheritdoc/>
    public void DataSync() => ThrowIfDisposed();

    /// <inheritdoc/>
    public ValueTask DataSyncAsync()
    {
        ThrowIfDisposed();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _content.Release();
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
