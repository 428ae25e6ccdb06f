using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamLog.Protocol.Records;

/// <summary>The integers inside records: zigzag, seven bits a byte, the low ones first.</summary>
internal static class Varint
{
    /// <summary>The most bytes that 32 bits take.</summary>
    public const int MaxInt32Size = 5;

    /// <summary>The most bytes that 64 bits take.</summary>
    public const int MaxInt64Size = 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>Returns how many bytes a value takes that is already zigzagged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeOf(uint zigzagged)
    {
        if (zigzagged < 0x80)
            return 1;
        return zigzagged < 0x4000 ? 2 : (BitOperations.Log2(zigzagged) / 7) + 1;
    }

    /// <summary>Returns how many bytes a value takes that is already zigzagged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeOf(ulong zigzagged) => zigzagged < 0x80 ? 1 : (BitOperations.Log2(zigzagged) / 7) + 1;

    /// <summary>Writes a zigzagged value without looking at bounds.</summary>
    /// <returns>The place after it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Write(ref byte at, uint zigzagged)
    {
        if (zigzagged < 0x80)
        {
            at = (byte)zigzagged;
            return ref Unsafe.Add(ref at, 1);
        }

        if (zigzagged < 0x4000)
        {
            at = (byte)(zigzagged | 0x80);
            Unsafe.Add(ref at, 1) = (byte)(zigzagged >> 7);
            return ref Unsafe.Add(ref at, 2);
        }

        return ref WriteLong(ref at, zigzagged);
    }

    /// <summary>Writes a zigzagged value without looking at bounds.</summary>
    /// <returns>The place after it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Write(ref byte at, ulong zigzagged)
    {
        if (zigzagged < 0x80)
        {
            at = (byte)zigzagged;
            return ref Unsafe.Add(ref at, 1);
        }

        return ref WriteLong(ref at, zigzagged);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadInt32(ReadOnlySpan<byte> bytes, ref int position)
    {
        int at = position;
        if ((uint)at >= (uint)bytes.Length)
            CorruptBatch.ThrowTruncatedRecord();

        uint first = bytes[at];
        if (first < 0x80)
        {
            position = at + 1;
            return (int)(first >> 1) ^ -(int)(first & 1);
        }

        return ReadLongInt32(bytes, ref position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ReadInt64(ReadOnlySpan<byte> bytes, ref int position)
    {
        int at = position;
        if ((uint)at >= (uint)bytes.Length)
            CorruptBatch.ThrowTruncatedRecord();

        uint first = bytes[at];
        if (first < 0x80)
        {
            position = at + 1;
            return (int)(first >> 1) ^ -(int)(first & 1);
        }

        return ReadLongInt64(bytes, ref position);
    }

    private static ref byte WriteLong(ref byte at, ulong zigzagged)
    {
        while (zigzagged >= 0x80)
        {
            at = (byte)(zigzagged | 0x80);
            at = ref Unsafe.Add(ref at, 1);
            zigzagged >>= 7;
        }

        at = (byte)zigzagged;
        return ref Unsafe.Add(ref at, 1);
    }

    private static int ReadLongInt32(ReadOnlySpan<byte> bytes, ref int position)
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            if ((uint)position >= (uint)bytes.Length)
                CorruptBatch.ThrowTruncatedRecord();

            uint next = bytes[position++];
            // The fifth byte brings the last four bits, and no more.
            if (shift == 28 && next > 0x0F)
                CorruptBatch.ThrowVarint();

            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return (int)(value >> 1) ^ -(int)(value & 1);
        }

        CorruptBatch.ThrowVarint();
        return 0;
    }

    private static long ReadLongInt64(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if ((uint)position >= (uint)bytes.Length)
                CorruptBatch.ThrowTruncatedRecord();

            ulong next = bytes[position++];
            // The tenth byte brings the last bit, and no more.
            if (shift == 63 && next > 0x01)
                CorruptBatch.ThrowVarint();

            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(value >> 1) ^ -(long)(value & 1);
        }

        CorruptBatch.ThrowVarint();
        return 0;
    }
}
