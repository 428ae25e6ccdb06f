namespace StreamLog.Storage;

/// <summary>How much memory the tails of all logs of a directory may hold together.</summary>
/// <remarks>
/// When it is used up, the log that was appended to longest ago gives up its tail: whoever reads there reads the file.
/// One per directory. Thread-safe; its gate is taken under the partition's, and the gates of tails under it.
/// </remarks>
internal sealed class TailBudget
{
    private readonly long _bytesMax;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate, and so are the links and the charge of each tail. Tails that hold nothing are not
    // in the list.
    private TailCache? _oldest;
    private TailCache? _newest;
    private long _bytes;

    public TailBudget(long bytesMax) => _bytesMax = bytesMax;

    /// <summary>Gets how much all tails hold.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Notes that a tail has changed. The caller does not hold its gate.</summary>
    public void Changed(TailCache tail)
    {
        lock (_gate)
        {
            Charge(tail, tail.Bytes);
            while (_bytes > _bytesMax && _oldest is { } oldest && oldest != tail)
            {
                oldest.GiveUp();
                Charge(oldest, 0);
            }
        }
    }

    // What is appended to a tail that was just given up is charged by whoever appends, who comes here next.
    private void Charge(TailCache tail, long bytes)
    {
        _bytes += bytes - tail.Charged;
        tail.Charged = bytes;
        if (bytes > 0 && tail == _newest)
            return;

        Unlink(tail);
        if (bytes == 0)
            return;
        tail.Older = _newest;
        if (_newest is null)
            _oldest = tail;
        else
            _newest.Newer = tail;
        _newest = tail;
    }

    private void Unlink(TailCache tail)
    {
        if (tail.Older is not null)
            tail.Older.Newer = tail.Newer;
        else if (_oldest == tail)
            _oldest = tail.Newer;
        if (tail.Newer is not null)
            tail.Newer.Older = tail.Older;
        else if (_newest == tail)
            _newest = tail.Older;
        tail.Older = null;
        tail.Newer = null;
    }
}
