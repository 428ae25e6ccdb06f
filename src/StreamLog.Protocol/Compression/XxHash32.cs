using System.Buffers.Binary;
using System.Numerics;

namespace StreamLog.Protocol.Compression;

/// <summary>The checksum of LZ4 frames: xxHash with 32 bits and seed 0.</summary>
internal static class XxHash32
{
    private const uint Prime1 = 2654435761;
    private const uint Prime2 = 2246822519;
    private const uint Prime3 = 3266489917;
    private const uint Prime4 = 668265263;
    private const uint Prime5 = 374761393;

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint hash = Prime5;
        int length = bytes.Length;
        if (length >= 16)
        {
            uint lane1 = unchecked(Prime1 + Prime2);
            uint lane2 = Prime2;
            uint lane3 = 0;
            uint lane4 = unchecked(0 - Prime1);
            for (; bytes.Length >= 16; bytes = bytes[16..])
            {
                lane1 = Round(lane1, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                lane2 = Round(lane2, BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
                lane3 = Round(lane3, BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
                lane4 = Round(lane4, BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
            }

            hash = BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
        }

        hash += (uint)length;
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            hash += BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Prime3;
            hash = BitOperations.RotateLeft(hash, 17) * Prime4;
        }

        foreach (byte value in bytes)
        {
            hash += value * Prime5;
            hash = BitOperations.RotateLeft(hash, 11) * Prime1;
        }

        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    private static uint Round(uint lane, uint input) => BitOperations.RotateLeft(lane + (input * Prime2), 13) * Prime1;
}
