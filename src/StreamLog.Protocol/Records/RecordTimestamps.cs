using System.Buffers;

namespace StreamLog.Protocol.Records;

/// <summary>Moves the timestamps of records, when the time that their batch counts from is moved.</summary>
public static class RecordTimestamps
{
    /// <summary>Writes a record with another timestamp delta. All else stays as it is, byte for byte.</summary>
    /// <param name="record">The whole record, its length first.</param>
    /// <param name="shift">What is added to the delta.</param>
    /// <param name="output">Where the record goes.</param>
    /// <exception cref="StreamLogException">The record is malformed.</exception>
    public static void Shift(ReadOnlySpan<byte> record, long shift, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        int at = 0;
        int length = Varint.ReadInt32(record, ref at);
        if (length != record.Length - at)
            CorruptBatch.ThrowLength("record", length, record.Length - at);

        ReadOnlySpan<byte> body = record[at..];
        at = 1; // Behind the attributes.
        ulong delta = Varint.ZigZag(unchecked(Varint.ReadInt64(body, ref at) + shift));
        ReadOnlySpan<byte> rest = body[at..];

        int size = 1 + Varint.SizeOf(delta) + rest.Length;
        Span<byte> target = output.GetSpan(Varint.MaxInt32Size + size);
        ref byte next = ref target[0];
        next = ref Varint.Write(ref next, Varint.ZigZag(size));
        next = body[0];
        next = ref System.Runtime.CompilerServices.Unsafe.Add(ref next, 1);
        Varint.Write(ref next, delta);
        int prefix = Varint.SizeOf(Varint.ZigZag(size)) + 1 + Varint.SizeOf(delta);
        rest.CopyTo(target[prefix..]);
        output.Advance(prefix + rest.Length);
    }
}
