using Microsoft.Win32.SafeHandles;
using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>An open file on a disk.</summary>
/// <remarks>
/// Made by <see cref="PhysicalFileSystem"/>; threads as <see cref="IFile"/> says. Reads and writes name their position,
/// so there is no shared one, and cost one system call each. A flush that was begun by <see cref="DataSyncAsync"/>
/// keeps the file open until it is over.
/// </remarks>
internal sealed class PhysicalFile : IFile
{
    private readonly SafeFileHandle _handle;
    private readonly SharedFile _shared;
    private readonly SharedFiles _open;
    private readonly FlushThreads _flushes;
    private readonly bool _isReadOnly;

    // One for the owner until it disposes, and one for each queued flush. At zero the handle closes.
    private int _holdCount = 1;
    private int _isDisposed;

    /// <summary>Creates the file around its handle.</summary>
    /// <param name="handle">The handle, which it owns from now on.</param>
    /// <param name="path">The path as the caller gave it.</param>
    /// <param name="isReadOnly">Whether it was opened for reading alone.</param>
    /// <param name="shared">What it shares with other handles of the same file.</param>
    /// <param name="open">Where it is counted.</param>
    /// <param name="flushes">Who flushes it.</param>
    public PhysicalFile(
        SafeFileHandle handle, string path, bool isReadOnly, SharedFile shared, SharedFiles open, FlushThreads flushes)
    {
        _handle = handle;
        _isReadOnly = isReadOnly;
        _shared = shared;
        _open = open;
        _flushes = flushes;
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
            return _shared.TryGetLength(out long length) ? length : RandomAccess.GetLength(_handle);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        int total = 0;
        while (total < buffer.Length)
        {
            int count = RandomAccess.Read(_handle, buffer[total..], position + total);
            if (count == 0)
                break;

            total += count;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        PrepareToWrite(position);
        if (bytes.IsEmpty)
            return;

        try
        {
            RandomAccess.Write(_handle, bytes, position);
        }
        catch
        {
            _shared.LengthLost();
            throw;
        }

        _shared.Written(position + bytes.Length);
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PrepareToWrite(position);
        long length = 0;
        for (int i = 0; i < parts.Count; i++)
            length += parts[i].Length;

        if (length == 0)
            return;

        try
        {
            // It splits what is more than the system takes in one call, and goes on where one was cut short.
            RandomAccess.Write(_handle, parts, position);
        }
        catch
        {
            _shared.LengthLost();
            throw;
        }

        _shared.Written(position + length);
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        PrepareToWrite(length);
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch
        {
            _shared.LengthLost();
            throw;
        }

        _shared.LengthSet(length);
    }

    /// <inheritdoc/>
    public void Preallocate(long position, long length)
    {
        PrepareToWrite(position);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        NativeDisk.Preallocate(_handle, position, length);
    }

    /// <inheritdoc/>
    public void DataSync()
    {
        ThrowIfDisposed();
        Flush();
    }

    /// <inheritdoc/>
    public ValueTask DataSyncAsync()
    {
        ThrowIfDisposed();
        Interlocked.Increment(ref _holdCount);
        try
        {
            return _flushes.FlushAsync(this);
        }
        catch
        {
            ReleaseHold();
            throw;
        }
    }

    /// <summary>Does a flush that was queued, on a flush thread.</summary>
    public void FlushQueued()
    {
        try
        {
            Flush();
        }
        finally
        {
            ReleaseHold();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            ReleaseHold();
    }

    private void Flush()
    {
        ThrowIfPoisoned();
        try
        {
            NativeDisk.Flush(_handle, Path, _shared.TakeMetadataChange());
        }
        catch (FlushFailedException failure)
        {
            _shared.FlushFailed(failure);
            throw;
        }

        // Another flush of this file may have failed and taken the error that the system tells only once.
        ThrowIfPoisoned();
    }

    // A new exception each time: one that is thrown twice shows the stack of both.
    private void ThrowIfPoisoned()
    {
        if (_shared.Failure is { } failure)
            throw new FlushFailedException(Path, failure.SystemError, "an earlier flush of this file failed");
    }

    private void PrepareToWrite(long position)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (_isReadOnly)
            throw new InvalidOperationException($"{Path} was opened for reading alone.");
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);

    private void ReleaseHold()
    {
        if (Interlocked.Decrement(ref _holdCount) != 0)
            return;

        _handle.Dispose();
        _open.Release(_shared);
    }
}
