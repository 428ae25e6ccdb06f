namespace StreamLog.Clients.Consuming;

/// <summary>Which records of one partition are handed out and not done, and the offset before which all are
/// done.</summary>
/// <remarks>
/// Thread-safe. It holds one number for each record from the oldest one that is not done on, in a ring. Offsets may
/// have gaps: only what was handed out counts.
/// </remarks>
internal sealed class PartitionProgress
{
    private const int FirstSize = 64;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    // Invariant: the ring holds rising offsets, each twice itself, plus one if it is done; the first one is not done.
    private long[] _ring = new long[FirstSize];
    private int _head;
    private int _count;
    private long _end = -1;
    private long _committed = -1;

    /// <summary>Tells whether an offset is before what was read already.</summary>
    /// <param name="offset">The offset.</param>
    /// <returns><see langword="true"/> if reading has gone back to it.</returns>
    public bool IsBefore(long offset)
    {
        lock (_gate)
            return offset < _end;
    }

    /// <summary>Notes that a record is handed out.</summary>
    /// <param name="offset">Its offset.</param>
    public void Begin(long offset)
    {
        lock (_gate)
        {
            // It begins here, or has gone back here: the group stands at this place already.
            if (_end < 0 || offset < _end)
            {
                _count = 0;
                _committed = offset;
            }

            if (_count == _ring.Length)
                Grow();
            _ring[(_head + _count) & (_ring.Length - 1)] = offset << 1;
            _count++;
            _end = offset + 1;
        }
    }

    /// <summary>Notes that there are no more records up to an offset: those there were are compacted away, or mark
    /// something in the log itself.</summary>
    /// <param name="end">The offset to read next.</param>
    /// <returns>Whether there is now more to commit.</returns>
    public bool Skip(long end)
    {
        lock (_gate)
        {
            if (_end < 0 || end <= _end)
                return false;
            _end = end;
            return _count == 0;
        }
    }

    /// <summary>Notes that a record is done.</summary>
    /// <param name="offset">Its offset.</param>
    /// <returns>Whether there is now more to commit.</returns>
    public bool Complete(long offset)
    {
        lock (_gate)
        {
            int at = Find(offset);
            if (at >= _count || Slot(at) != offset << 1)
                return false;
            Slot(at) |= 1;
            return DropDone();
        }
    }

    /// <summary>Notes that a record and all before it are done.</summary>
    /// <param name="offset">The record's offset.</param>
    public void CompleteUpTo(long offset)
    {
        lock (_gate)
        {
            for (int i = 0; i < _count && Slot(i) >> 1 <= offset; i++)
                Slot(i) |= 1;
            DropDone();
        }
    }

    /// <summary>Tells the offset to commit.</summary>
    /// <param name="offset">The offset before which all that was handed out is done.</param>
    /// <returns><see langword="false"/> if nothing was handed out, or that offset is committed.</returns>
    public bool TryGetCommit(out long offset)
    {
        lock (_gate)
        {
            offset = _count > 0 ? Slot(0) >> 1 : _end;
            return _end >= 0 && offset > _committed;
        }
    }

    /// <summary>Notes that an offset is committed.</summary>
    /// <param name="offset">The offset.</param>
    public void Committed(long offset)
    {
        lock (_gate)
            _committed = offset;
    }

    private ref long Slot(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    private bool DropDone()
    {
        int before = _count;
        while (_count > 0 && (_ring[_head] & 1) != 0)
        {
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
        }

        return _count < before;
    }

    private int Find(long offset)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Slot(middle) >> 1 < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Grow()
    {
        long[] larger = new long[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
            larger[i] = Slot(i);
        _ring = larger;
        _head = 0;
    }
}
