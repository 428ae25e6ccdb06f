using System.Buffers.Binary;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>The transactions whose abort is noted in one segment, in the order of their ends: Kafka's
/// <c>.txnindex</c>.</summary>
/// <remarks>
/// <para>An entry has 34 bytes:</para>
/// <code>
///  0  Version           i16  0
///  2  ProducerId        i64
/// 10  FirstOffset       i64
/// 18  LastOffset        i64  that of the marker
/// 26  LastStableOffset  i64
/// </code>
/// <para>
/// Behind the entries stands a CRC-32C of them. Kafka reads whole entries and passes over what is shorter; a file
/// without the sum, as Kafka writes it, is believed. Where a segment has no entry it has no file.
/// </para>
/// <para>One thread appends, under the log's gate; any number look up meanwhile without it.</para>
/// </remarks>
internal sealed class TransactionIndex
{
    public const int EntrySize = 34;

    private const int CrcSize = 4;

    private AbortedTransaction[] _entries = [];

    public int Count => Volatile.Read(ref _entries).Length;

    public IReadOnlyList<AbortedTransaction> Entries => Volatile.Read(ref _entries);

    /// <summary>Adds one. Its end lies behind those of all others.</summary>
    public void Append(in AbortedTransaction aborted)
    {
        AbortedTransaction[] entries = _entries;
        if (entries.Length > 0 && aborted.LastOffset <= entries[^1].LastOffset)
            throw new ArgumentOutOfRangeException(nameof(aborted), aborted, "Transactions end one after the other.");
        Volatile.Write(ref _entries, [.. entries, aborted]);
    }

    /// <summary>Drops those that ended at or above an offset.</summary>
    public void TruncateTo(long offset) =>
        Volatile.Write(ref _entries, [.. _entries.TakeWhile(aborted => aborted.LastOffset < offset)]);

    /// <summary>Adds to a list those that have records in a range of offsets.</summary>
    /// <returns>
    /// Whether none can follow: all transactions that end later begin at or above the end of the range.
    /// </returns>
    public bool Collect(long from, long to, List<AbortedTransaction> found)
    {
        foreach (AbortedTransaction aborted in Volatile.Read(ref _entries))
        {
            if (aborted.LastOffset >= from && aborted.FirstOffset < to)
                found.Add(aborted);
            if (aborted.LastStableOffset >= to)
                return true;
        }

        return false;
    }

    public byte[] Encode()
    {
        AbortedTransaction[] entries = _entries;
        byte[] content = new byte[(entries.Length * EntrySize) + CrcSize];
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = content.AsSpan(i * EntrySize, EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(entry[2..], entries[i].ProducerId);
            BinaryPrimitives.WriteInt64BigEndian(entry[10..], entries[i].FirstOffset);
            BinaryPrimitives.WriteInt64BigEndian(entry[18..], entries[i].LastOffset);
            BinaryPrimitives.WriteInt64BigEndian(entry[26..], entries[i].LastStableOffset);
        }

        uint crc = Crc32C.Compute(content.AsSpan(0, content.Length - CrcSize));
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(content.Length - CrcSize), crc);
        return content;
    }

    /// <summary>Reads an index, or returns <see langword="null"/> where the bytes are not one.</summary>
    public static TransactionIndex? Decode(ReadOnlySpan<byte> content)
    {
        int size = content.Length / EntrySize * EntrySize;
        ReadOnlySpan<byte> sum = content[size..];
        bool isSound = sum.Length == 0
            || (sum.Length == CrcSize && BinaryPrimitives.ReadUInt32BigEndian(sum) == Crc32C.Compute(content[..size]));
        if (!isSound)
            return null;

        TransactionIndex index = new() { _entries = new AbortedTransaction[size / EntrySize] };
        long before = -1;
        for (int i = 0; i < index._entries.Length; i++)
        {
            ReadOnlySpan<byte> entry = content.Slice(i * EntrySize, EntrySize);
            AbortedTransaction aborted = new(
                BinaryPrimitives.ReadInt64BigEndian(entry[2..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[10..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[18..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[26..]));
            bool isVersionKnown = BinaryPrimitives.ReadInt16BigEndian(entry) == 0;
            if (!isVersionKnown || aborted.LastOffset <= before || aborted.FirstOffset > aborted.LastOffset)
                return null;
            index._entries[i] = aborted;
            before = aborted.LastOffset;
        }

        return index;
    }
}
