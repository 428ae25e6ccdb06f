using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamLog.Protocol.Records;

/// <summary>The checksum of record batches: CRC-32C (Castagnoli), as SSE 4.2 and ARMv8 compute it.</summary>
/// <remarks>
/// The instruction takes three cycles, but a new one can start every cycle. So long inputs are cut into three equal
/// streams that are hashed side by side, and the three results are joined by shifting the earlier ones over the length
/// of the later ones: a multiplication by x^(8 * length) modulo the polynomial, which is linear and therefore four
/// table lookups. Safe on any thread.
/// </remarks>
public static class Crc32C
{
    // The polynomial with its bits reversed: the coefficient of x^j is bit 31-j.
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 0x8000_0000;

    // The long stream pays its joins best; the short one catches batches of about a kibibyte.
    private const int LongStream = 4096;
    private const int ShortStream = 256;

    private static readonly uint[] LongShift = BuildShift(LongStream);
    private static readonly uint[] ShortShift = BuildShift(ShortStream);

    /// <summary>Computes the checksum of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The checksum.</returns>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>Continues a checksum, as if both runs of bytes had been one.</summary>
    /// <param name="crc">The checksum of the bytes before; 0 for none.</param>
    /// <param name="bytes">The bytes that follow.</param>
    /// <returns>The checksum of all.</returns>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        uint state = ~crc;
        ref byte next = ref MemoryMarshal.GetReference(bytes);
        nint left = bytes.Length;

        while (left >= 3 * LongStream)
        {
            state = HashThree(ref next, state, LongStream, LongShift);
            next = ref Unsafe.Add(ref next, 3 * LongStream);
            left -= 3 * LongStream;
        }

        while (left >= 3 * ShortStream)
        {
            state = HashThree(ref next, state, ShortStream, ShortShift);
            next = ref Unsafe.Add(ref next, 3 * ShortStream);
            left -= 3 * ShortStream;
        }

        while (left >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, Unsafe.ReadUnaligned<ulong>(ref next));
            next = ref Unsafe.Add(ref next, sizeof(ulong));
            left -= sizeof(ulong);
        }

        while (left > 0)
        {
            state = BitOperations.Crc32C(state, next);
            next = ref Unsafe.Add(ref next, 1);
            left--;
        }

        return ~state;
    }

    /// <summary>Joins the checksums of two runs of bytes, as if both had been one.</summary>
    /// <param name="first">The checksum of the first run.</param>
    /// <param name="second">The checksum of the second one.</param>
    /// <param name="secondLength">How many bytes that has.</param>
    /// <returns>The checksum of both.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static uint Combine(uint first, uint second, int secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);

        // x^(8 * length), by squaring x^8.
        uint factor = One;
        uint square = One >> 8;
        for (int left = secondLength; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
                factor = Multiply(factor, square);
            square = Multiply(square, square);
        }

        return Multiply(first, factor) ^ second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashThree(ref byte start, uint state, int stream, uint[] shift)
    {
        ref byte last = ref Unsafe.Add(ref start, 2 * stream);
        uint first = state;
        uint second = 0;
        uint third = 0;
        for (nint i = 0; i < stream; i += sizeof(ulong))
        {
            first = BitOperations.Crc32C(first, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
            second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i + stream)));
            third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref last, i)));
        }

        return Shift(shift, Shift(shift, first) ^ second) ^ third;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Shift(uint[] shift, uint crc) =>
        shift[crc & 0xFF] ^ shift[0x100 + ((crc >> 8) & 0xFF)]
        ^ shift[0x200 + ((crc >> 16) & 0xFF)] ^ shift[0x300 + (crc >> 24)];

    /// <summary>Tabulates the shift over a number of bytes, one table for each byte of the state.</summary>
    private static uint[] BuildShift(int bytes)
    {
        uint factor = One;
        for (int bit = 0; bit < 8 * bytes; bit++)
            factor = TimesX(factor);

        uint[] shift = new uint[4 * 0x100];
        for (int place = 0; place < 4; place++)
        {
            for (uint value = 0; value < 0x100; value++)
                shift[(place * 0x100) + value] = Multiply(value << (8 * place), factor);
        }

        return shift;
    }

    private static uint TimesX(uint value) => (value >> 1) ^ ((value & 1) != 0 ? Polynomial : 0);

    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (; right != 0; right <<= 1)
        {
            if ((right & One) != 0)
                product ^= left;
            left = TimesX(left);
        }

        return product;
    }
}
