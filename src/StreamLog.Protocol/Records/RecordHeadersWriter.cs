using System.Runtime.InteropServices;
using System.Text;

namespace StreamLog.Protocol.Records;

/// <summary>Writes the headers of a record: their number, then length and bytes of each key and value.</summary>
internal static class RecordHeadersWriter
{
    private const uint NullLength = 1; // -1, zigzagged.

    /// <summary>Returns how many bytes the headers take.</summary>
    public static long SizeOf(RecordHeaders headers)
    {
        long size = Varint.SizeOf((uint)headers.Count << 1);
        for (int i = 0; i < headers.Count; i++)
        {
            Header header = headers[i];
            size += SizeOfField(Encoding.UTF8.GetByteCount(header.Key));
            size += header.Value is { } value ? SizeOfField(value.Length) : 1;
        }

        return size;
    }

    /// <summary>Writes the headers.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="output">At least as many bytes as <see cref="SizeOf"/> says.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(RecordHeaders headers, Span<byte> output)
    {
        int at = WriteVarint(output, (uint)headers.Count << 1);
        for (int i = 0; i < headers.Count; i++)
        {
            Header header = headers[i];
            at += WriteVarint(output[at..], (uint)Encoding.UTF8.GetByteCount(header.Key) << 1);
            at += Encoding.UTF8.GetBytes(header.Key, output[at..]);
            if (header.Value is { } value)
            {
                at += WriteVarint(output[at..], (uint)value.Length << 1);
                value.Span.CopyTo(output[at..]);
                at += value.Length;
            }
            else
            {
                at += WriteVarint(output[at..], NullLength);
            }
        }

        return at;
    }

    private static long SizeOfField(int length) => Varint.SizeOf((uint)length << 1) + (long)length;

    // Slicing to the size first checks the bounds for the write, which does not.
    private static int WriteVarint(Span<byte> output, uint zigzagged)
    {
        int size = Varint.SizeOf(zigzagged);
        Varint.Write(ref MemoryMarshal.GetReference(output[..size]), zigzagged);
        return size;
    }
}
