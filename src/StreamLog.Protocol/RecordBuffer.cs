using System.Runtime.InteropServices;

namespace StreamLog.Protocol;

/// <summary>Reference-counted bytes of record batches, usually on pooled memory.</summary>
/// <remarks>
/// <para>A buffer is created with one reference, its creator's. Whoever keeps it past the call that handed it over
/// takes a reference with <see cref="Retain"/> and gives it back with <see cref="Dispose"/>. With the last one the
/// memory goes back to its pool, and every later use throws. Debug builds overwrite released memory, so a use after
/// release shows at once.</para>
/// <para>Thread-safe for counting and reading. Only the creator writes, through <see cref="WritableMemory"/>, and only
/// before the buffer is handed to anyone; or, where the creator has called <see cref="HandOver"/>, the one who has
/// claimed it.</para>
/// </remarks>
public sealed class RecordBuffer : IDisposable
{
    private const int Kept = 0;
    private const int HandedOver = 1;
    private const int Claimed = 2;

    // An array may be this much larger than its bytes, or as many times as large as those are that lie ready, for
    // whoever keeps it.
    private const int SlackMax = 1024;

    private static long _outstanding;

    private readonly byte[]? _rented;
    private readonly RecordBuffer? _parent;
    private readonly ReadOnlyMemory<byte> _memory;

    // Never below zero. Zero is final: the memory may already be somebody else's.
    private int _references = 1;

    // Kept -> HandedOver -> Claimed, never back.
    private int _writer;

    private RecordBuffer(byte[]? rented, RecordBuffer? parent, ReadOnlyMemory<byte> memory)
    {
        _rented = rented;
        _parent = parent;
        _memory = memory;
        Interlocked.Increment(ref _outstanding);
    }

    /// <summary>Gets a buffer of no bytes. Counting on it is harmless.</summary>
    public static RecordBuffer Empty { get; } = CreateEmpty();

    /// <summary>Gets how many buffers of this process are not yet released. Tests count it back to where it
    /// was.</summary>
    public static long Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Gets the number of bytes.</summary>
    public int Length => _memory.Length;

    /// <summary>Gets how many bytes of memory it holds. Arrays come in sizes, so they may be several times as many as
    /// its own.</summary>
    public int HeldBytes => _rented?.Length ?? _parent?.HeldBytes ?? Length;

    /// <summary>Gets whether this process built the batch a moment ago, and computed its checksum over these very
    /// bytes.</summary>
    /// <remarks>Who has claimed the buffer need not compute it again. It says nothing of a buffer that others may
    /// write to.</remarks>
    public bool IsChecksumFresh { get; internal set; }

    /// <summary>Gets the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was released.</exception>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ThrowIfReleased();
            return _memory;
        }
    }

    /// <summary>Gets the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was released.</exception>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>Gets the bytes for writing. Only the creator may, before anyone else sees the buffer, or who has
    /// claimed it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was released.</exception>
    /// <exception cref="InvalidOperationException">The buffer does not own its memory.</exception>
    public Memory<byte> WritableMemory
    {
        get
        {
            ThrowIfReleased();
            return _rented is { } rented
                ? rented.AsMemory(0, _memory.Length)
                : throw new InvalidOperationException("Only a rented buffer may be written to.");
        }
    }

    /// <summary>Rents a buffer from the shared pool. Its bytes are whatever was there before.</summary>
    /// <param name="length">The number of bytes.</param>
    /// <returns>A buffer with one reference.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static RecordBuffer Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        byte[] rented = BatchMemory.Rent(length);
        return new RecordBuffer(rented, parent: null, rented.AsMemory(0, length));
    }

    /// <summary>Takes over an array that was rented from <see cref="System.Buffers.ArrayPool{T}.Shared"/>, and returns
    /// it on release.</summary>
    /// <param name="rented">The array. The caller must not use it, nor return it, any more.</param>
    /// <param name="length">How many of its bytes are the buffer's.</param>
    /// <returns>A buffer with one reference.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="rented"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> exceeds the array.</exception>
    public static RecordBuffer TakeOver(byte[] rented, int length)
    {
        ArgumentNullException.ThrowIfNull(rented);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)rented.Length, nameof(length));
        return new RecordBuffer(rented, parent: null, rented.AsMemory(0, length));
    }

    /// <summary>Copies bytes into a rented buffer.</summary>
    /// <param name="bytes">The bytes to copy.</param>
    /// <returns>A buffer with one reference.</returns>
    public static RecordBuffer CopyOf(ReadOnlySpan<byte> bytes)
    {
        RecordBuffer copy = Rent(bytes.Length);
        bytes.CopyTo(MemoryMarshal.AsMemory(copy._memory).Span);
        return copy;
    }

    /// <summary>Wraps bytes that nobody returns to a pool.</summary>
    /// <param name="memory">The bytes. They must not change while the buffer lives.</param>
    /// <returns>A buffer with one reference.</returns>
    public static RecordBuffer Wrap(ReadOnlyMemory<byte> memory) => new(rented: null, parent: null, memory);

    /// <summary>Returns a view of a part, which holds a reference to the whole.</summary>
    /// <param name="start">Where the part begins.</param>
    /// <param name="length">How long it is.</param>
    /// <returns>A buffer with one reference of its own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was released.</exception>
    public RecordBuffer Slice(int start, int length)
    {
        ReadOnlyMemory<byte> part = Memory.Slice(start, length);
        Retain();
        return new RecordBuffer(rented: null, parent: this, part);
    }

    /// <summary>Lets a log that appends the batches write offset and leader epoch into their headers, and keep the
    /// buffer, in place of a copy. To be called by the creator.</summary>
    /// <remarks>
    /// The creator writes no more, and can rely on nothing but what the checksums of the batches cover. To send them
    /// again it makes a copy and sets those two fields back: the first receiver may be writing them at any time. Its
    /// own reference it gives back as ever.
    /// </remarks>
    public void HandOver()
    {
        if (_rented is not null)
            Interlocked.CompareExchange(ref _writer, HandedOver, Kept);
    }

    /// <summary>Takes up the offer of <see cref="HandOver"/>, unless there is none, or somebody has taken it up, or the
    /// memory is much larger than its bytes and so not worth keeping.</summary>
    /// <returns><see langword="true"/> if the caller may write offsets and leader epochs, and nobody else. It still has
    /// to take a reference of its own.</returns>
    public bool TryClaim() =>
        _rented is not null
        && _rented.Length <= Math.Max(Length + SlackMax, (long)BatchMemory.LargerTimesMax * Length)
        && Interlocked.CompareExchange(ref _writer, Claimed, HandedOver) == HandedOver;

    /// <summary>Takes one more reference.</summary>
    /// <returns>This buffer.</returns>
    /// <exception cref="ObjectDisposedException">The buffer was released.</exception>
    public RecordBuffer Retain()
    {
        if (ReferenceEquals(this, Empty))
            return this;
        if (!TryRetain())
            ThrowReleased();
        return this;
    }

    /// <summary>Takes one more reference, unless the buffer has been released: for caches that race with their
    /// eviction.</summary>
    /// <returns><see langword="true"/> if the caller now holds a reference.</returns>
    public bool TryRetain()
    {
        int seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    /// <summary>Gives one reference back. With the last one the memory is released.</summary>
    /// <exception cref="ObjectDisposedException">More references were given back than taken.</exception>
    public void Dispose()
    {
        if (ReferenceEquals(this, Empty))
            return;

        int left = Interlocked.Decrement(ref _references);
        if (left > 0)
            return;
        if (left < 0)
            ThrowReleased();

        Interlocked.Decrement(ref _outstanding);
        if (_rented is not null)
        {
#if DEBUG
            Array.Fill(_rented, (byte)0xDD);
#endif
            BatchMemory.Return(_rented);
        }

        _parent?.Dispose();
    }

    private static RecordBuffer CreateEmpty()
    {
        RecordBuffer empty = new(rented: null, parent: null, ReadOnlyMemory<byte>.Empty);
        Interlocked.Decrement(ref _outstanding); // It is never released, so it does not count.
        return empty;
    }

    private void ThrowIfReleased()
    {
        if (Volatile.Read(ref _references) <= 0)
            ThrowReleased();
    }

    private void ThrowReleased() => throw new ObjectDisposedException(
        nameof(RecordBuffer),
        "These record bytes were released. Retain a buffer to keep it past the call that handed it over.");
}
