using System.Buffers.Binary;

namespace StreamLog.Storage;

/// <summary>Where in a segment some of its offsets lie, sorted by both: Kafka's <c>.index</c>.</summary>
/// <remarks>
/// <para>An entry is the last offset of a batch, relative to the segment's base, and the byte at which the batch
/// begins:</para>
/// <code>
/// 0  RelativeOffset  i32
/// 4  Position        i32
/// </code>
/// <para>One thread appends, under the log's gate; any number look up meanwhile without it. A reader checks what it
/// finds against the batch itself, so a wrong entry costs time and never gives wrong records.</para>
/// </remarks>
internal sealed class OffsetIndex
{
    public const int EntrySize = 8;

    // Entries below _count never change, except under TruncateTo. _count is published last, so whoever reads it first
    // and the array second sees an array that holds that many.
    private long[] _entries = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public int SizeInBytes => Count * EntrySize;

    public void Append(int relativeOffset, int position)
    {
        int count = _count;
        if (count == _entries.Length)
        {
            long[] larger = new long[Math.Max(64, count * 2)];
            Array.Copy(_entries, larger, count);
            Volatile.Write(ref _entries, larger);
        }

        _entries[count] = Pack(relativeOffset, position);
        Volatile.Write(ref _count, count + 1);
    }

    /// <summary>Finds the last entry at or below an offset.</summary>
    public bool TryFindFloor(int relativeOffset, out int foundOffset, out int position)
    {
        int count = Count;
        long[] entries = Volatile.Read(ref _entries);
        int low = 0;
        int high = Math.Min(count, entries.Length);
        while (low < high)
        {
            int middle = low + ((high - low) >> 1);
            if (OffsetOf(entries[middle]) <= relativeOffset)
                low = middle + 1;
            else
                high = middle;
        }

        foundOffset = low == 0 ? -1 : OffsetOf(entries[low - 1]);
        position = low == 0 ? 0 : PositionOf(entries[low - 1]);
        return low > 0;
    }

    /// <summary>Drops the entries at or above an offset.</summary>
    public void TruncateTo(int relativeOffset)
    {
        int count = _count;
        while (count > 0 && OffsetOf(_entries[count - 1]) >= relativeOffset)
            count--;
        Volatile.Write(ref _count, count);
    }

    public byte[] Encode()
    {
        byte[] content = new byte[SizeInBytes];
        for (int i = 0; i < _count; i++)
            BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(i * EntrySize), _entries[i]);
        return content;
    }

    /// <summary>
    /// Reads an index, or returns <see langword="null"/> where it cannot be one of a log file of that length.
    /// </summary>
    /// <remarks>Kafka leaves zeros behind the last entry when it is not stopped in order; they end the index.</remarks>
    public static OffsetIndex? Decode(ReadOnlySpan<byte> content, long logLength)
    {
        if (content.Length % EntrySize != 0)
            return null;

        OffsetIndex index = new() { _entries = new long[content.Length / EntrySize] };
        long before = -1;
        for (int at = 0; at < content.Length; at += EntrySize)
        {
            long entry = BinaryPrimitives.ReadInt64BigEndian(content[at..]);
            if (entry == 0 && index._count > 0)
                break;

            bool rises = before < 0 || (OffsetOf(entry) > OffsetOf(before) && PositionOf(entry) > PositionOf(before));
            if (!rises || OffsetOf(entry) < 0 || PositionOf(entry) < 0 || PositionOf(entry) >= logLength)
                return null;
            index._entries[index._count++] = before = entry;
        }

        return index;
    }

    private static long Pack(int relativeOffset, int position) => ((long)relativeOffset << 32) | (uint)position;

    private static int OffsetOf(long entry) => (int)(entry >> 32);

    private static int PositionOf(long entry) => (int)entry;
}
