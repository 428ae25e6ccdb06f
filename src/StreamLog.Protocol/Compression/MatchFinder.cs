using System.Buffers.Binary;

namespace StreamLog.Protocol.Compression;

/// <summary>Finds repetitions in a block of bytes: greedy, one candidate a hash, as the fast modes of LZ4 and Snappy
/// do.</summary>
internal static class MatchFinder
{
    /// <summary>The longest block: positions and distances are 16 bits wide.</summary>
    public const int MaxBlock = 1 << 16;

    // 16 KiB of stack, which stays in the first cache.
    private const int HashBits = 13;

    private const int MinMatch = 4;

    // The LZ4 format asks that the last five bytes be literals and that no match begin in the last twelve. Snappy does
    // not mind.
    private const int LiteralTail = 5;
    private const int MatchStartTail = 12;

    // After every so many misses the step grows by one, so that incompressible bytes are passed fast.
    private const int MissesPerStep = 6;

    /// <summary>Splits a block into sequences.</summary>
    /// <typeparam name="TWriter">The format.</typeparam>
    /// <param name="block">The bytes.</param>
    /// <param name="writer">Where the sequences go.</param>
    public static void Split<TWriter>(ReadOnlySpan<byte> block, ref TWriter writer)
        where TWriter : struct, ISequenceWriter, allows ref struct
    {
        int anchor = 0; // Before it, all is written.
        int lastStart = block.Length - MatchStartTail;
        if (lastStart > 0)
        {
            Span<ushort> seen = stackalloc ushort[1 << HashBits];
            seen.Clear();
            int matchEnd = block.Length - LiteralTail;
            int misses = 1 << MissesPerStep;
            int at = 1;
            while (at <= lastStart)
            {
                uint four = BinaryPrimitives.ReadUInt32LittleEndian(block[at..]);
                ref ushort place = ref seen[Hash(four)];
                int candidate = place;
                place = (ushort)at;
                if (candidate >= at || BinaryPrimitives.ReadUInt32LittleEndian(block[candidate..]) != four)
                {
                    at += misses++ >> MissesPerStep;
                    continue;
                }

                while (at > anchor && candidate > 0 && block[at - 1] == block[candidate - 1])
                {
                    at--;
                    candidate--;
                }

                ReadOnlySpan<byte> rest = block[(at + MinMatch)..matchEnd];
                int length = MinMatch + rest.CommonPrefixLength(block.Slice(candidate + MinMatch, rest.Length));
                writer.WriteSequence(block[anchor..at], at - candidate, length);
                at += length;
                anchor = at;
                misses = 1 << MissesPerStep;
                if (at <= lastStart)
                    seen[Hash(BinaryPrimitives.ReadUInt32LittleEndian(block[(at - 2)..]))] = (ushort)(at - 2);
            }
        }

        writer.WriteLast(block[anchor..]);
    }

    private static int Hash(uint four) => (int)((four * 2654435761u) >> (32 - HashBits));
}
