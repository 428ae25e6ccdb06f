namespace StreamLog.Storage.Compaction;

/// <summary>The newest offset of each key, in memory of a fixed size.</summary>
/// <remarks>
/// <para>
/// It holds no keys but hashes of 128 bits, made with a key that is drawn anew for each run. Two keys of one hash would
/// lose the older one's record: among a thousand million keys the odds of a single such pair are below 2 in 10^21, and
/// nobody can choose keys so that they are higher.
/// </para>
/// <para>Open addressing, one slot after the other; nothing is ever removed. For one thread.</para>
/// </remarks>
internal sealed class OffsetMap
{
    /// <summary>The bytes of a slot: a hash and an offset.</summary>
    public const int SlotSize = 24;

    // Beyond that, looking for what is not there walks too far.
    private const double LoadMax = 0.75;

    private const int SlotsMin = 64;

    private readonly Slot[] _slots;
    private readonly int _countMax;
    private readonly SipHash128 _hash;

    /// <summary>Creates an empty map.</summary>
    /// <param name="bytesMax">How many bytes it may take.</param>
    /// <param name="keysMax">How many keys there can be at most: for fewer it takes less.</param>
    /// <param name="hash">The hash, with a key that nobody knows.</param>
    public OffsetMap(int bytesMax, long keysMax, SipHash128 hash)
    {
        long slots = Math.Min(bytesMax / SlotSize, (long)(keysMax / LoadMax) + 1);
        _slots = new Slot[Math.Max(SlotsMin, slots)];
        _countMax = (int)(_slots.Length * LoadMax);
        _hash = hash;
    }

    /// <summary>Gets how many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>Gets how full it is: 1 is as full as it may be.</summary>
    public double Load => (double)Count / _countMax;

    /// <summary>
    /// Gets or sets the offset below which it knows the newest record of every key that has one at or above where it
    /// begins.
    /// </summary>
    public long EndOffset { get; set; }

    /// <summary>Notes a record.</summary>
    /// <returns><see langword="false"/> if the key is new and there is no room for it: nothing is noted.</returns>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        (ulong first, ulong second) = _hash.Compute(key);
        ref Slot slot = ref Find(first, second);
        if (slot.OffsetPlusOne == 0)
        {
            if (Count == _countMax)
                return false;
            Count++;
            slot.First = first;
            slot.Second = second;
        }

        slot.OffsetPlusOne = Math.Max(slot.OffsetPlusOne, offset + 1);
        return true;
    }

    /// <summary>Returns the newest offset of a key, or -1 where none was noted.</summary>
    public long Find(ReadOnlySpan<byte> key)
    {
        (ulong first, ulong second) = _hash.Compute(key);
        return Find(first, second).OffsetPlusOne - 1;
    }

    private ref Slot Find(ulong first, ulong second)
    {
        Slot[] slots = _slots;
        int at = (int)Math.BigMul(first, (ulong)slots.Length, out _);
        while (true)
        {
            ref Slot slot = ref slots[at];
            if (slot.OffsetPlusOne == 0 || (slot.First == first && slot.Second == second))
                return ref slot;
            at = at + 1 == slots.Length ? 0 : at + 1;
        }
    }

    private struct Slot
    {
        public ulong First;
        public ulong Second;
        public long OffsetPlusOne;
    }
}
