using System.Buffers;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>The newest appends of one log, for readers at its tail: they need no system call.</summary>
/// <remarks>
/// Bounded in bytes and entries; the oldest goes first. All tails of a directory share a budget. It holds one reference
/// to each buffer; readers get their own. Thread-safe; its gate is the last one taken anywhere. A tail that holds
/// nothing takes no memory.
/// </remarks>
internal sealed class TailCache
{
    private const int FirstEntries = 8;

    private readonly int _bytesMax;
    private readonly int _entriesMax;
    private readonly TailBudget? _budget;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate. A ring of _count entries from _first on, without gaps between their offsets.
    private Entry[] _entries = [];
    private int _first;
    private int _count;
    private long _bytes;

    public TailCache(int bytesMax, int entriesMax, TailBudget? budget = null)
    {
        _bytesMax = bytesMax;
        _entriesMax = Math.Max(1, entriesMax);
        _budget = budget;
    }

    /// <summary>Gets how many bytes of memory it holds.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    // What follows is the budget's, and guarded by its gate.

    /// <summary>Gets or sets how many bytes the budget counts for it.</summary>
    public long Charged { get; set; }

    /// <summary>Gets or sets the tail that was appended to before it.</summary>
    public TailCache? Older { get; set; }

    /// <summary>Gets or sets the tail that was appended to after it.</summary>
    public TailCache? Newer { get; set; }

    /// <summary>Takes over a buffer of whole batches.</summary>
    public void Add(RecordBuffer batches, long baseOffset, long nextOffset)
    {
        if (batches.HeldBytes > _bytesMax)
        {
            Clear();
            batches.Dispose();
            return;
        }

        lock (_gate)
        {
            while (_count == _entriesMax || (_count > 0 && _bytes + batches.HeldBytes > _bytesMax))
                DropFirst();
            if (_count > 0 && At(_count - 1).NextOffset != baseOffset)
                DropAll();
            if (_count == _entries.Length)
                Grow();

            _entries[(_first + _count) % _entries.Length] = new Entry(batches, baseOffset, nextOffset);
            _count++;
            _bytes += batches.HeldBytes;
        }

        _budget?.Changed(this);
    }

    public void Clear()
    {
        GiveUp();
        _budget?.Changed(this);
    }

    /// <summary>Lets go of everything, at the budget's word.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            DropAll();
            if (_entries.Length > FirstEntries)
                _entries = [];
            _first = 0;
        }
    }

    /// <summary>Reads whole batches, if the first one wanted is here.</summary>
    /// <returns>
    /// The batches, to be disposed by the caller, none if none fits the window; or <see langword="null"/> where they
    /// have to be read from the file.
    /// </returns>
    public RecordBuffer? TryRead(in ReadWindow window)
    {
        RecordBuffer[] found;
        RecordBuffer? one = null;
        int count = 0;
        lock (_gate)
        {
            if (_count == 0 || window.Offset < At(0).BaseOffset || window.Offset >= At(_count - 1).NextOffset)
                return null;

            int index = FindEntry(window.Offset);
            if (index == _count - 1 || At(index).Batches.Length >= window.BytesMax)
            {
                one = At(index).Batches.Retain();
                found = [];
            }

            else
            {
                found = ArrayPool<RecordBuffer>.Shared.Rent(_count - index);
                for (long bytes = 0; index < _count && bytes < window.BytesMax; index++)
                {
                    RecordBuffer batches = At(index).Batches.Retain();
                    found[count++] = batches;
                    bytes += batches.Length;
                }
            }
        }

        if (one is not null)
            return ReadOne(one, window);

        try
        {
            return Join(found.AsSpan(0, count), window);
        }
        finally
        {
            Array.Clear(found, 0, count);
            ArrayPool<RecordBuffer>.Shared.Return(found);
        }
    }

    private static RecordBuffer ReadOne(RecordBuffer batches, in ReadWindow window)
    {
        using (batches)
        {
            (int start, int length) = Choose(batches.Span, window, 0);
            return length == 0 ? RecordBuffer.Empty : batches.Slice(start, length);
        }
    }

    // Copies what is wanted of several buffers into one. Releases them.
    private static RecordBuffer Join(ReadOnlySpan<RecordBuffer> found, in ReadWindow window)
    {
        if (found.Length == 1)
            return ReadOne(found[0], window);

        byte[] joined = ArrayPool<byte>.Shared.Rent(Total(found));
        int length = 0;
        bool goOn = true;
        foreach (RecordBuffer batches in found)
        {
            using (batches)
            {
                if (!goOn)
                    continue;
                (int start, int count) = Choose(batches.Span, window, length);
                batches.Span.Slice(start, count).CopyTo(joined.AsSpan(length));
                length += count;
                goOn = start + count == batches.Length;
            }
        }

        if (length > 0)
            return RecordBuffer.TakeOver(joined, length);
        ArrayPool<byte>.Shared.Return(joined);
        return RecordBuffer.Empty;
    }

    private static int Total(ReadOnlySpan<RecordBuffer> found)
    {
        int bytes = 0;
        foreach (RecordBuffer batches in found)
            bytes += batches.Length;
        return bytes;
    }

    // Where the wanted batches begin in a run of batches, and how many bytes they have. 'before' bytes are chosen
    // already.
    private static (int Start, int Length) Choose(ReadOnlySpan<byte> batches, in ReadWindow window, int before)
    {
        int start = -1;
        int end = 0;
        RecordBatchEnumerator walk = new(batches);
        while (walk.MoveNext())
        {
            RecordBatchHeader header = walk.Header;
            if (header.LastOffset < window.Offset)
                continue;
            if (start < 0)
                start = end = walk.Position;

            long total = (long)before + (walk.NextPosition - start);
            bool isFirst = before == 0 && walk.Position == start;
            bool fits = total <= window.BytesMax || (isFirst && window.AtLeastOneBatch);
            if (header.NextOffset > window.LimitOffset || !fits)
                break;
            end = walk.NextPosition;
        }

        return start < 0 ? (0, 0) : (start, end - start);
    }

    private int FindEntry(long offset)
    {
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (At(middle).NextOffset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private ref Entry At(int index) => ref _entries[(_first + index) % _entries.Length];

    private void Grow()
    {
        Entry[] larger = new Entry[Math.Min(_entriesMax, Math.Max(FirstEntries, 2 * _entries.Length))];
        for (int i = 0; i < _count; i++)
            larger[i] = At(i);
        _entries = larger;
        _first = 0;
    }

    private void DropFirst()
    {
        ref Entry first = ref At(0);
        _bytes -= first.Batches.HeldBytes;
        first.Batches.Dispose();
        first = default;
        _first = (_first + 1) % _entries.Length;
        _count--;
    }

    private void DropAll()
    {
        while (_count > 0)
            DropFirst();
    }

    private readonly record struct Entry(RecordBuffer Batches, long BaseOffset, long NextOffset);
}
