using System.Numerics;

namespace StreamLog.Simulation;

/// <summary>A random generator whose numbers are the same for a seed everywhere and for ever: xoshiro256**.</summary>
/// <remarks>
/// <see cref="Random"/> promises no algorithm, so a seed could mean another run on another version. Not thread-safe.
/// Give each purpose its own generator by <see cref="Fork"/>: then a draw more for one purpose does not shift the
/// others.
/// </remarks>
public sealed class SimulatedRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Creates a generator.</summary>
    /// <param name="seed">Which of the sequences it gives.</param>
    public SimulatedRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>Creates a generator for a purpose of its own.</summary>
    /// <param name="purpose">Its name, from which and from the numbers drawn so far it is seeded.</param>
    /// <returns>The generator.</returns>
    public SimulatedRandom Fork(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);

        // FNV-1a, because string.GetHashCode differs in each process.
        ulong hash = 14695981039346656037;
        foreach (char letter in purpose)
            hash = (hash ^ letter) * 1099511628211;

        return new SimulatedRandom(hash ^ _s0);
    }

    /// <summary>Returns 64 random bits.</summary>
    /// <returns>The bits.</returns>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Returns a number below a limit.</summary>
    /// <param name="exclusiveMax">One more than the largest number wanted; at least 1.</param>
    /// <returns>The number, from zero.</returns>
    public int Next(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMax, 1);
        return (int)(((NextBits() >> 32) * (ulong)exclusiveMax) >> 32);
    }

    /// <summary>Returns a number from a range.</summary>
    /// <param name="min">The smallest.</param>
    /// <param name="exclusiveMax">One more than the largest.</param>
    /// <returns>The number.</returns>
    public int Next(int min, int exclusiveMax) => min + Next(exclusiveMax - min);

    /// <summary>Returns true as often as asked for.</summary>
    /// <param name="probability">How often, from 0 to 1.</param>
    /// <returns>The outcome.</returns>
    public bool NextChance(double probability) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>Fills a buffer with random bytes.</summary>
    /// <param name="buffer">The buffer.</param>
    public void NextBytes(Span<byte> buffer)
    {
        for (int i = 0; i < buffer.Length; i++)
            buffer[i] = (byte)(NextBits() >> 56);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
