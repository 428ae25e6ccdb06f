using System.Runtime.CompilerServices;
using StreamLog.Extensibility;
using StreamLog.Threading;

namespace StreamLog.Storage.Files;

/// <summary>A file of a <see cref="HandleCache"/>: open for its owner, whether or not it has a handle now.</summary>
/// <remarks>
/// <para>
/// Threads as <see cref="IFile"/> says. Each call enters, uses the handle and leaves; between calls the cache may take
/// the handle away, and the next call opens the file again, under the name that it has by then. A handle is never taken
/// from a file with bytes that were not flushed, so that no error of writing them goes to nobody.
/// </para>
/// <para>
/// A flush that failed is remembered here, and the handle is kept from then on: every later flush of this file throws.
/// </para>
/// </remarks>
internal sealed class CachedFile : IFile
{
    private const int Closed = -1;

    private readonly HandleCache _cache;

    // The calls that use the handle now, or Closed. The cache's gate is held by whoever leaves or enters Closed.
    private int _users = Closed;
    private IFile? _handle;
    private FlushFailedException? _failure;
    private int _syncs;
    private bool _isDirty;
    private bool _wasSynced;
    private bool _wasUsed;
    private int _isDisposed;

    /// <summary>Creates a file without a handle.</summary>
    /// <param name="cache">Who gives it one, and takes it away.</param>
    /// <param name="path">The path as the caller gave it.</param>
    /// <param name="isReadOnly">Whether it is opened for reading alone.</param>
    public CachedFile(HandleCache cache, string path, bool isReadOnly)
    {
        _cache = cache;
        Path = path;
        CurrentPath = path;
        FullPath = HandleCache.FullPathOf(path);
        IsReadOnly = isReadOnly;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Gets whether it was opened for reading alone.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Gets or sets the path that it has now. Guarded by the names lock of the cache.</summary>
    public string CurrentPath { get; set; }

    /// <summary>Gets or sets the full form of that path. Guarded by the cache's gate.</summary>
    public string FullPath { get; set; }

    /// <summary>Gets or sets whether its name is gone, so that only its handle leads to it. Guarded by the cache's
    /// gate.</summary>
    public bool IsUnlinked { get; set; }

    /// <summary>Gets or sets where the cache has it among the open ones. Guarded by the cache's gate.</summary>
    public int RingIndex { get; set; } = -1;

    /// <summary>Gets what is held while a handle is opened, so that one is enough.</summary>
    public Lock OpenGate { get; } = new();

    /// <summary>Gets whether it has a handle.</summary>
    public bool IsOpen => Volatile.Read(ref _users) != Closed;

    /// <summary>Gets whether its owner is done with it.</summary>
    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>Gets whether bytes were written that no flush has covered.</summary>
    public bool IsDirty => Volatile.Read(ref _isDirty);

    /// <summary>Gets whether a flush failed: its handle is what the system remembers that by.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            IFile handle = Enter();
            try
            {
                return handle.Length;
            }
            finally
            {
                Leave();
            }
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long position)
    {
        IFile handle = Enter();
        try
        {
            return handle.Read(buffer, position);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        IFile handle = Enter();
        try
        {
            handle.Write(bytes, position);
        }
        finally
        {
            LeaveWritten();
        }
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position)
    {
        IFile handle = Enter();
        try
        {
            handle.Write(parts, position);
        }
        finally
        {
            LeaveWritten();
        }
    }

    /// <inheritdoc/>
    public void Preallocate(long position, long length)
    {
        IFile handle = Enter();
        try
        {
            handle.Preallocate(position, length);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        IFile handle = Enter();
        try
        {
            handle.SetLength(length);
        }
        finally
        {
            LeaveWritten();
        }
    }

    /// <inheritdoc/>
    public void DataSync()
    {
        if (IsOnDisk())
            return;
        IFile handle = EnterSync();
        try
        {
            handle.DataSync();
            Volatile.Write(ref _wasSynced, true);
        }
        catch (Exception error)
        {
            NoteNotFlushed(error);
            throw;
        }
        finally
        {
            LeaveSync();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(SharedPoolMethodBuilder))]
    public async ValueTask DataSyncAsync()
    {
        if (IsOnDisk())
            return;
        IFile handle = EnterSync();
        try
        {
            await handle.DataSyncAsync().ConfigureAwait(false);
            Volatile.Write(ref _wasSynced, true);
        }
        catch (Exception error)
        {
            NoteNotFlushed(error);
            throw;
        }
        finally
        {
            LeaveSync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _cache.Forget(this);
    }

    /// <summary>Gives the file a handle. The caller holds the cache's gate, and the file has none.</summary>
    public void Publish(IFile handle)
    {
        _handle = handle;
        Volatile.Write(ref _users, 0);
    }

    /// <summary>Takes the handle away, where no call uses it. The caller holds the cache's gate.</summary>
    public IFile? TryTakeHandle()
    {
        if (Interlocked.CompareExchange(ref _users, Closed, 0) != 0)
            return null;
        IFile? handle = _handle;
        _handle = null;
        return handle;
    }

    /// <summary>Tells whether it was used since it was last asked.</summary>
    public bool TakeUse()
    {
        if (!Volatile.Read(ref _wasUsed))
            return false;
        Volatile.Write(ref _wasUsed, false);
        return true;
    }

    private IFile Enter()
    {
        while (true)
        {
            int users = Volatile.Read(ref _users);
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (users == Closed)
            {
                _cache.Reopen(this);
                continue;
            }

            if (Interlocked.CompareExchange(ref _users, users + 1, users) != users)
                continue;
            if (!Volatile.Read(ref _wasUsed))
                Volatile.Write(ref _wasUsed, true);
            return _handle!;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0 && IsDisposed)
            _cache.Close(this);
    }

    private void LeaveWritten()
    {
        // After the write: a flush that began before it does not cover it.
        if (!Volatile.Read(ref _isDirty))
            Volatile.Write(ref _isDirty, true);
        Leave();
    }

    // Whether a flush has nothing to do. In this order: one that is under way has made the file look clean before it
    // is over, and one that failed has said so before it was.
    private bool IsOnDisk()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        bool isClean = !Volatile.Read(ref _isDirty) && Volatile.Read(ref _wasSynced);
        bool isOver = isClean && Volatile.Read(ref _syncs) == 0;
        ThrowIfFailed();
        return isOver && !Volatile.Read(ref _isDirty);
    }

    private IFile EnterSync()
    {
        IFile handle = Enter();
        Interlocked.Increment(ref _syncs);
        Volatile.Write(ref _isDirty, false);
        Interlocked.MemoryBarrier();
        return handle;
    }

    private void LeaveSync()
    {
        Interlocked.Decrement(ref _syncs);
        Leave();
    }

    private void NoteNotFlushed(Exception error)
    {
        Volatile.Write(ref _isDirty, true);
        if (error is FlushFailedException failure)
            Interlocked.CompareExchange(ref _failure, failure, null);
    }

    // A new exception each time: one that is thrown twice shows the stack of both.
    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw new FlushFailedException(Path, failure.SystemError, "an earlier flush of this file failed");
    }
}
