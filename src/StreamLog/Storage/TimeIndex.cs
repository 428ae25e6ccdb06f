using System.Buffers.Binary;

namespace StreamLog.Storage;

/// <summary>How late the records of a segment are up to some of its offsets: Kafka's <c>.timeindex</c>.</summary>
/// <remarks>
/// <para>An entry is the latest timestamp so far, and the last offset of the batch that brought it, relative to the
/// segment's base. Every record up to there is at that time or earlier:</para>
/// <code>
/// 0  Timestamp       i64
/// 8  RelativeOffset  i32
/// </code>
/// <para>Threads: as <see cref="OffsetIndex"/>.</para>
/// </remarks>
internal sealed class TimeIndex
{
    public const int EntrySize = 12;

    private (long Timestamp, int RelativeOffset)[] _entries = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public int SizeInBytes => Count * EntrySize;

    /// <summary>Gets the last entry, or (-1, -1).</summary>
    public (long Timestamp, int RelativeOffset) Last
    {
        get
        {
            int count = Count;
            return count == 0 ? (-1, -1) : Volatile.Read(ref _entries)[count - 1];
        }
    }

    /// <summary>Adds an entry, unless its timestamp is not later than the last one's.</summary>
    public void Append(long timestamp, int relativeOffset)
    {
        int count = _count;
        (long Timestamp, int RelativeOffset) last = Last;
        if (last.Timestamp >= timestamp || last.RelativeOffset >= relativeOffset)
            return;
        if (count == _entries.Length)
        {
            (long, int)[] larger = new (long, int)[Math.Max(64, count * 2)];
            Array.Copy(_entries, larger, count);
            Volatile.Write(ref _entries, larger);
        }

        _entries[count] = (timestamp, relativeOffset);
        Volatile.Write(ref _count, count + 1);
    }

    /// <summary>
    /// Finds the last entry earlier than a timestamp: no record up to it can be at that time or later.
    /// </summary>
    public bool TryFindBefore(long timestamp, out (long Timestamp, int RelativeOffset) entry)
    {
        int count = Count;
        (long Timestamp, int RelativeOffset)[] entries = Volatile.Read(ref _entries);
        int low = 0;
        int high = Math.Min(count, entries.Length);
        while (low < high)
        {
            int middle = low + ((high - low) >> 1);
            if (entries[middle].Timestamp < timestamp)
                low = middle + 1;
            else
                high = middle;
        }

        entry = low == 0 ? (-1, -1) : entries[low - 1];
        return low > 0;
    }

    /// <summary>Drops the entries at or above an offset.</summary>
    public void TruncateTo(int relativeOffset)
    {
        int count = _count;
        while (count > 0 && _entries[count - 1].RelativeOffset >= relativeOffset)
            count--;
        Volatile.Write(ref _count, count);
    }

    public byte[] Encode()
    {
        byte[] content = new byte[SizeInBytes];
        for (int i = 0; i < _count; i++)
        {
            Span<byte> entry = content.AsSpan(i * EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(entry, _entries[i].Timestamp);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], _entries[i].RelativeOffset);
        }

        return content;
    }

    /// <summary>Reads an index, or returns <see langword="null"/> where the bytes cannot be one.</summary>
    public static TimeIndex? Decode(ReadOnlySpan<byte> content)
    {
        if (content.Length % EntrySize != 0)
            return null;

        TimeIndex index = new() { _entries = new (long, int)[content.Length / EntrySize] };
        (long Timestamp, int RelativeOffset) before = (-1, -1);
        for (int at = 0; at < content.Length; at += EntrySize)
        {
            long timestamp = BinaryPrimitives.ReadInt64BigEndian(content[at..]);
            int relativeOffset = BinaryPrimitives.ReadInt32BigEndian(content[(at + 8)..]);
            if (timestamp == 0 && relativeOffset == 0 && index._count > 0)
                break; // Zeros that Kafka had set aside.
            if (timestamp <= before.Timestamp || relativeOffset <= before.RelativeOffset)
                return null;
            index._entries[index._count++] = before = (timestamp, relativeOffset);
        }

        return index;
    }
}
