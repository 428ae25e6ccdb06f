using System.Buffers;
using System.Numerics;

namespace StreamLog.Protocol;

/// <summary>Keeps the arrays that batches are built in for the next batches.</summary>
/// <remarks>
/// <para>The shared pool keeps a few dozen arrays of a size. A producer that runs ahead of the disk has as many under
/// way as its buffer allows, and the tails of logs hold as many again; each one that the pool misses is fresh memory,
/// to be cleared and collected. So these shelves stand in front of it. They are bounded, and of what was not needed
/// between two full collections a part is given up.</para>
/// <para>Thread-safe. An array belongs to whoever took it until it is returned.</para>
/// </remarks>
internal static class BatchMemory
{
    // Of what was not needed for a collection, so much goes: a quiet moment does not cost what the next burst needs.
    private const int GivenUpShare = 8;

    // Where there is no array of a size, one of up to eight times that is better than a new one: which sizes are under
    // way changes from moment to moment, and each would grow to its own peak.
    private const int LargerShiftMax = 3;

    /// <summary>How many times as large as what was asked for, rounded up to a power of two, an array may be.</summary>
    public const int LargerTimesMax = 1 << LargerShiftMax;

    private const int SmallestShift = 11;
    private const int LargestShift = 21;

    // As much as the tails of all logs and several producers with the default buffer hold at most.
    private const long BytesMax = 32 * 1024 * 1024;

    private static readonly Shelf[] Shelves = CreateShelves();
    private static long _bytes;

    /// <summary>Gets how many bytes lie ready.</summary>
    public static long KeptBytes => Volatile.Read(ref _bytes);

    /// <summary>Takes an array. Its bytes are whatever was there before.</summary>
    /// <param name="length">How long it has to be at least.</param>
    /// <returns>The array, to be returned here or to <see cref="ArrayPool{T}.Shared"/>.</returns>
    public static byte[] Rent(int length)
    {
        int shift = length <= 1 ? 0 : BitOperations.Log2((uint)length - 1) + 1;
        if (shift < SmallestShift)
            return ArrayPool<byte>.Shared.Rent(length);

        int largest = Math.Min(shift + LargerShiftMax, LargestShift);
        for (; shift <= largest; shift++)
        {
            if (Shelves[shift - SmallestShift].TryTake(out byte[]? array))
            {
                Interlocked.Add(ref _bytes, -array.Length);
                return array;
            }
        }

        return ArrayPool<byte>.Shared.Rent(length);
    }

    /// <summary>Gives an array back that was taken here or from <see cref="ArrayPool{T}.Shared"/>.</summary>
    /// <param name="array">The array. The caller does not use it any more.</param>
    public static void Return(byte[] array)
    {
        if (BitOperations.IsPow2(array.Length) && BitOperations.Log2((uint)array.Length) is
            >= SmallestShift and <= LargestShift and int shift)
        {
            if (Interlocked.Add(ref _bytes, array.Length) <= BytesMax)
            {
                long givenUp = Shelves[shift - SmallestShift].Put(array);
                Interlocked.Add(ref _bytes, -givenUp);
                return;
            }

            Interlocked.Add(ref _bytes, -array.Length);
        }

        ArrayPool<byte>.Shared.Return(array);
    }

    private static Shelf[] CreateShelves()
    {
        Shelf[] shelves = new Shelf[LargestShift - SmallestShift + 1];
        for (int i = 0; i < shelves.Length; i++)
            shelves[i] = new Shelf();
        return shelves;
    }

    /// <summary>Arrays of one length, the one used last on top: it may still be in the processor's cache.</summary>
    private sealed class Shelf
    {
        private readonly Lock _gate = new();

        // Below here: guarded by _gate.
        private readonly Stack<byte[]> _arrays = new();
        private int _fewest;
        private int _collection = GC.CollectionCount(GC.MaxGeneration);

        public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? array)
        {
            lock (_gate)
            {
                bool isThere = _arrays.TryPop(out array);
                _fewest = Math.Min(_fewest, _arrays.Count);
                return isThere;
            }
        }

        /// <returns>How many bytes were given up, since nobody has needed them for a whole collection.</returns>
        public long Put(byte[] array)
        {
            lock (_gate)
            {
                _arrays.Push(array);
                int collection = GC.CollectionCount(GC.MaxGeneration);
                if (collection == _collection)
                    return 0;

                _collection = collection;
                int count = (_fewest + GivenUpShare - 1) / GivenUpShare;
                for (int i = 0; i < count; i++)
                    _arrays.Pop();
                long givenUp = (long)count * array.Length;
                _fewest = _arrays.Count;
                return givenUp;
            }
        }
    }
}
