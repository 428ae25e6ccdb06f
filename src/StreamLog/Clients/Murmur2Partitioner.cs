using System.Buffers.Binary;

namespace StreamLog.Clients;

/// <summary>Kafka's default partitioner: murmur2 of the key's bytes, so that every client puts a key where Kafka's own
/// puts it.</summary>
/// <remarks>Thread-safe. One object serves everybody.</remarks>
internal sealed class Murmur2Partitioner : IPartitioner
{
    // The seed and the two numbers are those of Kafka's Utils.murmur2.
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;
    private const int Shift = 24;

    private Murmur2Partitioner()
    {
    }

    /// <summary>Gets the only one there is.</summary>
    public static Murmur2Partitioner Instance { get; } = new();

    /// <inheritdoc/>
    public int ChoosePartition(string topic, ReadOnlySpan<byte> key, int partitionCount) =>
        (Hash(key) & int.MaxValue) % partitionCount;

    /// <summary>Returns the 32-bit murmur2 of bytes, as Kafka computes it.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The hash.</returns>
    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        uint hash = Seed ^ (uint)bytes.Length;
        while (bytes.Length >= sizeof(uint))
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Multiplier;
            word ^= word >> Shift;
            hash = (hash * Multiplier) ^ (word * Multiplier);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length > 2)
            hash ^= (uint)bytes[2] << 16;
        if (bytes.Length > 1)
            hash ^= (uint)bytes[1] << 8;
        if (bytes.Length > 0)
            hash = (hash ^ bytes[0]) * Multiplier;

        hash ^= hash >> 13;
        hash *= Multiplier;
        return (int)(hash ^ (hash >> 15));
    }
}
