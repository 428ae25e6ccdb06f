namespace StreamLog.Storage;

/// <summary>The transactions of one log that readers must not see beyond yet.</summary>
/// <remarks>
/// These are the open ones, and those that have ended at or above the high watermark: a reader below it could not know
/// how they ended. Guarded by the log's gate.
/// </remarks>
internal sealed class OpenTransactions
{
    // First offset to producer id. No two transactions begin at one offset.
    private readonly SortedDictionary<long, long> _open = [];

    private readonly List<(long FirstOffset, long LastOffset)> _ended = [];
    private int _count;

    /// <summary>Gets whether there is none. Any thread may ask, without the gate: who has read a high watermark before
    /// it asks misses none that begins below that.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    public void Begin(long firstOffset, long producerId)
    {
        _open[firstOffset] = producerId;
        Count();
    }

    /// <summary>Ends a transaction.</summary>
    /// <returns>The offset below which nothing is open now.</returns>
    public long End(long firstOffset, long markerOffset)
    {
        _open.Remove(firstOffset);
        _ended.Add((firstOffset, markerOffset));
        Count();
        return _open.Count == 0 ? markerOffset + 1 : FirstOpen();
    }

    /// <summary>Returns the offset below which everything is decided, and known to be: the last stable one.</summary>
    public long LastStableOffset(long highWatermark)
    {
        long stable = _open.Count == 0 ? highWatermark : Math.Min(highWatermark, FirstOpen());
        if (_ended.Count == 0)
            return stable;

        _ended.RemoveAll(ended => ended.LastOffset < highWatermark);
        Count();
        foreach ((long firstOffset, long _) in _ended)
            stable = Math.Min(stable, firstOffset);
        return stable;
    }

    /// <summary>Gets the first offset of the oldest open one, or <see langword="null"/>.</summary>
    public long? First => _open.Count == 0 ? null : FirstOpen();

    private void Count() => Volatile.Write(ref _count, _open.Count + _ended.Count);

    private long FirstOpen()
    {
        SortedDictionary<long, long>.Enumerator first = _open.GetEnumerator();
        first.MoveNext();
        return first.Current.Key;
    }
}
