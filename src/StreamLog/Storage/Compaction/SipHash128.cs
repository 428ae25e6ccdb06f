using System.Buffers.Binary;
using System.Numerics;

namespace StreamLog.Storage.Compaction;

/// <summary>SipHash-2-4 with 128 bits of result: a hash that nobody can aim at who does not know its key.</summary>
/// <remarks>Immutable. https://github.com/veorq/SipHash describes it and gives its test vectors.</remarks>
internal readonly struct SipHash128
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    public SipHash128(ulong key0, ulong key1)
    {
        _key0 = key0;
        _key1 = key1;
    }

    /// <summary>Hashes bytes.</summary>
    /// <returns>The first and the second half of the hash, as little-endian numbers.</returns>
    public (ulong First, ulong Second) Compute(ReadOnlySpan<byte> bytes)
    {
        State state = new()
        {
            V0 = _key0 ^ 0x736F6D6570736575,
            V1 = _key1 ^ 0x646F72616E646F6D ^ 0xEE,
            V2 = _key0 ^ 0x6C7967656E657261,
            V3 = _key1 ^ 0x7465646279746573,
        };
        ulong last = (ulong)bytes.Length << 56;
        while (bytes.Length >= 8)
        {
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        for (int i = 0; i < bytes.Length; i++)
            last |= (ulong)bytes[i] << (8 * i);
        state.Add(last);

        state.V2 ^= 0xEE;
        ulong first = state.Finish();
        state.V1 ^= 0xDD;
        return (first, state.Finish());
    }

    private struct State
    {
        public ulong V0;
        public ulong V1;
        public ulong V2;
        public ulong V3;

        public void Add(ulong word)
        {
            V3 ^= word;
            Round();
            Round();
            V0 ^= word;
        }

        public ulong Finish()
        {
            Round();
            Round();
            Round();
            Round();
            return V0 ^ V1 ^ V2 ^ V3;
        }

        private void Round()
        {
            V0 += V1;
            V1 = BitOperations.RotateLeft(V1, 13) ^ V0;
            V0 = BitOperations.RotateLeft(V0, 32);
            V2 += V3;
            V3 = BitOperations.RotateLeft(V3, 16) ^ V2;
            V0 += V3;
            V3 = BitOperations.RotateLeft(V3, 21) ^ V0;
            V2 += V1;
            V1 = BitOperations.RotateLeft(V1, 17) ^ V2;
            V2 = BitOperations.RotateLeft(V2, 32);
        }
    }
}
