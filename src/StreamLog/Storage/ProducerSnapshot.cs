using System.Buffers.Binary;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Kafka's <c>.snapshot</c>: what a log remembers of its producers up to the offset that names the file.
/// </summary>
/// <remarks>
/// <code>
/// 0  Version  i16  1
/// 2  Crc      u32  CRC-32C of all that follows it
/// 6  Count    i32
/// 10 an entry:
///    0  ProducerId               i64
///    8  ProducerEpoch            i16
///   10  LastSequence             i32
///   14  LastOffset               i64
///   22  OffsetDelta              i32
///   26  Timestamp                i64
///   34  CoordinatorEpoch         i32
///   38  CurrentTxnFirstOffset    i64
/// </code>
/// Kafka keeps the last batch of a producer alone, so a retry of an earlier one is refused after a restart. We write an
/// entry for each remembered batch, the oldest first: Kafka's reader takes the last entry of a producer, which is what
/// it would have written.
/// </remarks>
internal static class ProducerSnapshot
{
    private const short Version = 1;
    private const int CrcAt = 2;
    private const int CountAt = 6;
    private const int EntriesAt = 10;
    private const int EntrySize = 46;

    public static byte[] Encode(ProducerStates producers)
    {
        int count = 0;
        foreach (ProducerEntry entry in producers.Entries)
            count += Math.Max(1, entry.BatchCount);

        byte[] content = new byte[EntriesAt + (count * EntrySize)];
        BinaryPrimitives.WriteInt16BigEndian(content, Version);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(CountAt), count);
        int at = EntriesAt;
        foreach (ProducerEntry entry in producers.Entries)
        {
            if (entry.BatchCount == 0)
                WriteEntry(content, ref at, entry, new ProducerBatch(-1, -1, 0, -1));
            foreach (ProducerBatch batch in entry.Batches)
                WriteEntry(content, ref at, entry, batch);
        }

        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(CrcAt), Crc32C.Compute(content.AsSpan(CountAt)));
        return content;
    }

    /// <summary>Reads a snapshot, or returns <see langword="null"/> where the bytes are not a sound one.</summary>
    public static ProducerStates? Decode(ReadOnlySpan<byte> content, long nowMs)
    {
        if (content.Length < EntriesAt
            || BinaryPrimitives.ReadInt16BigEndian(content) != Version
            || BinaryPrimitives.ReadUInt32BigEndian(content[CrcAt..]) != Crc32C.Compute(content[CountAt..]))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadInt32BigEndian(content[CountAt..]);
        if (count < 0 || content.Length != EntriesAt + ((long)count * EntrySize))
            return null;

        ProducerStates producers = new();
        ProducerEntry? entry = null;
        for (int at = EntriesAt; at < content.Length; at += EntrySize)
        {
            ReadOnlySpan<byte> bytes = content.Slice(at, EntrySize);
            long producerId = BinaryPrimitives.ReadInt64BigEndian(bytes);
            if (entry is null || entry.ProducerId != producerId)
                entry = new ProducerEntry(producerId) { SeenMs = nowMs };

            entry.SetEpoch(BinaryPrimitives.ReadInt16BigEndian(bytes[8..]));
            ProducerBatch batch = new(
                BinaryPrimitives.ReadInt32BigEndian(bytes[10..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[14..]),
                BinaryPrimitives.ReadInt32BigEndian(bytes[22..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[26..]));
            if (batch.LastOffset >= 0)
                entry.Add(batch);
            entry.CoordinatorEpoch = BinaryPrimitives.ReadInt32BigEndian(bytes[34..]);
            entry.TransactionFirstOffset = BinaryPrimitives.ReadInt64BigEndian(bytes[38..]);
            producers.Restore(entry);
        }

        return producers;
    }

    private static void WriteEntry(byte[] content, ref int at, ProducerEntry entry, in ProducerBatch batch)
    {
        Span<byte> bytes = content.AsSpan(at, EntrySize);
        BinaryPrimitives.WriteInt64BigEndian(bytes, entry.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes[8..], entry.Epoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes[10..], batch.LastSequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[14..], batch.LastOffset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[22..], batch.OffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(bytes[26..], batch.Timestamp);
        BinaryPrimitives.WriteInt32BigEndian(bytes[34..], entry.CoordinatorEpoch);
        BinaryPrimitives.WriteInt64BigEndian(bytes[38..], entry.TransactionFirstOffset);
        at += EntrySize;
    }
}
