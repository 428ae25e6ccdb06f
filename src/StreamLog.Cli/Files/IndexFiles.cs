using System.Buffers.Binary;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Files;

/// <summary>Reads the binary files beside a segment, by what <c>docs/format.md</c> says of them.</summary>
/// <remarks>It shares no code with the engine, which wrote them: so each is a check on the other.</remarks>
internal static class IndexFiles
{
    private const int OffsetEntrySize = 8;
    private const int TimeEntrySize = 12;
    private const int AbortedEntrySize = 34;
    private const int CrcSize = 4;
    private const int SnapshotHead = 10;
    private const int SnapshotCrcFrom = 6;
    private const int SnapshotEntrySize = 46;
    private const int MarkSize = 64;
    private const int MarkCrcAt = 60;

    public static FileContent<OffsetIndexEntry> ReadOffsets(ReadOnlySpan<byte> content, long baseOffset)
    {
        List<OffsetIndexEntry> entries = [];
        for (int at = 0; at + OffsetEntrySize <= content.Length; at += OffsetEntrySize)
        {
            OffsetIndexEntry entry = new(
                baseOffset + BinaryPrimitives.ReadInt32BigEndian(content[at..]),
                BinaryPrimitives.ReadInt32BigEndian(content[(at + 4)..]));
            // Kafka leaves zeros behind the last entry where it is not stopped in order.
            if (entry.Offset == baseOffset && entry.Position == 0 && entries.Count > 0)
                return new(entries, null);
            if (entry.Offset < baseOffset || entry.Position < 0 || (entries.Count > 0
                && (entry.Offset <= entries[^1].Offset || entry.Position <= entries[^1].Position)))
            {
                return new(entries, new Fault(at, "an entry does not lie behind the one before it"));
            }

            entries.Add(entry);
        }

        return new(entries, Rest(content.Length, OffsetEntrySize));
    }

    public static FileContent<TimeIndexEntry> ReadTimes(ReadOnlySpan<byte> content, long baseOffset)
    {
        List<TimeIndexEntry> entries = [];
        for (int at = 0; at + TimeEntrySize <= content.Length; at += TimeEntrySize)
        {
            TimeIndexEntry entry = new(
                BinaryPrimitives.ReadInt64BigEndian(content[at..]),
                baseOffset + BinaryPrimitives.ReadInt32BigEndian(content[(at + 8)..]));
            if (entry.Timestamp == 0 && entry.Offset == baseOffset && entries.Count > 0)
                return new(entries, null);
            if (entry.Offset < baseOffset || (entries.Count > 0
                && (entry.Timestamp <= entries[^1].Timestamp || entry.Offset <= entries[^1].Offset)))
            {
                return new(entries, new Fault(at, "an entry does not lie behind the one before it"));
            }

            entries.Add(entry);
        }

        return new(entries, Rest(content.Length, TimeEntrySize));
    }

    public static FileContent<AbortedEntry> ReadAborted(ReadOnlySpan<byte> content)
    {
        int size = content.Length / AbortedEntrySize * AbortedEntrySize;
        List<AbortedEntry> entries = [];
        for (int at = 0; at < size; at += AbortedEntrySize)
        {
            short version = BinaryPrimitives.ReadInt16BigEndian(content[at..]);
            if (version != 0)
                return new(entries, new Fault(at, $"an entry has version {version}, and 0 is known"));
            entries.Add(new AbortedEntry(
                BinaryPrimitives.ReadInt64BigEndian(content[(at + 2)..]),
                BinaryPrimitives.ReadInt64BigEndian(content[(at + 10)..]),
                BinaryPrimitives.ReadInt64BigEndian(content[(at + 18)..]),
                BinaryPrimitives.ReadInt64BigEndian(content[(at + 26)..])));
        }

        // A file without the sum was written by Kafka.
        bool isSound = content.Length == size || (content.Length == size + CrcSize
            && BinaryPrimitives.ReadUInt32BigEndian(content[size..]) == Crc32C.Compute(content[..size]));
        return new(entries, isSound ? null : new Fault(size, "the checksum does not match the entries"));
    }

    public static FileContent<ProducerSnapshotEntry> ReadProducers(ReadOnlySpan<byte> content)
    {
        List<ProducerSnapshotEntry> entries = [];
        if (content.Length < SnapshotHead)
            return new(entries, new Fault(0, $"{content.Length} bytes are too few for a snapshot"));
        short version = BinaryPrimitives.ReadInt16BigEndian(content);
        if (version != 1)
            return new(entries, new Fault(0, $"the version is {version}, and 1 is known"));

        Fault? fault = BinaryPrimitives.ReadUInt32BigEndian(content[2..]) == Crc32C.Compute(content[SnapshotCrcFrom..])
            ? null
            : new Fault(2, "the checksum does not match what follows");
        int count = BinaryPrimitives.ReadInt32BigEndian(content[SnapshotCrcFrom..]);
        if (content.Length != SnapshotHead + ((long)count * SnapshotEntrySize))
            fault ??= new Fault(SnapshotCrcFrom, $"{count} entries are claimed in {content.Length} bytes");
        for (int at = SnapshotHead; at + SnapshotEntrySize <= content.Length; at += SnapshotEntrySize)
        {
            ReadOnlySpan<byte> entry = content.Slice(at, SnapshotEntrySize);
            entries.Add(new ProducerSnapshotEntry(
                BinaryPrimitives.ReadInt64BigEndian(entry),
                BinaryPrimitives.ReadInt16BigEndian(entry[8..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[10..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[14..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[22..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[26..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[34..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[38..])));
        }

        return new(entries, fault);
    }

    /// <summary>Reads the marks in the order in which they were made. Torn slots are passed over, as recovery does;
    /// the fault is the first of them.</summary>
    public static FileContent<FlushMarkEntry> ReadMarks(ReadOnlySpan<byte> content)
    {
        List<FlushMarkEntry> entries = [];
        Fault? fault = null;
        for (int at = 0; at + MarkSize <= content.Length; at += MarkSize)
        {
            ReadOnlySpan<byte> slot = content.Slice(at, MarkSize);
            if (!slot.StartsWith("SLFM"u8)
                || BinaryPrimitives.ReadUInt32BigEndian(slot[MarkCrcAt..]) != Crc32C.Compute(slot[..MarkCrcAt]))
            {
                fault ??= new Fault(at, "a slot is torn");
                continue;
            }

            entries.Add(new FlushMarkEntry(
                new Guid(slot.Slice(4, 16), bigEndian: true),
                BinaryPrimitives.ReadInt32BigEndian(slot[20..]),
                BinaryPrimitives.ReadInt64BigEndian(slot[24..]),
                BinaryPrimitives.ReadInt64BigEndian(slot[32..]),
                BinaryPrimitives.ReadInt64BigEndian(slot[40..])));
        }

        return new(entries, fault ?? Rest(content.Length, MarkSize));
    }

    private static Fault? Rest(int length, int entrySize) => length % entrySize == 0
        ? null
        : new Fault(length - (length % entrySize), $"{length % entrySize} bytes are left, too few for an entry");
}
