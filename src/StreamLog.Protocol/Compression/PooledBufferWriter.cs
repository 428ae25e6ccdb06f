using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Protocol.Compression;

/// <summary>Writes into one array of a pool, which grows, and can be handed over as a
/// <see cref="RecordBuffer"/>.</summary>
/// <remarks>One owner, one thread. <see cref="Array"/> and <see cref="Position"/> are open to it, to write without a
/// call.</remarks>
internal sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    // Small enough for a batch of one record, large enough that growing soon ends.
    private const int MinCapacity = 512;

    private readonly int _maxBytes;
    private readonly ErrorCode _whenExceeded;
    private bool _isDisposed;

    /// <summary>Creates a writer that holds no memory yet.</summary>
    /// <param name="maxBytes">The most bytes that may be written.</param>
    /// <param name="whenExceeded">The code of the exception that more throw.</param>
    public PooledBufferWriter(int maxBytes, ErrorCode whenExceeded)
    {
        _maxBytes = Math.Min(maxBytes, System.Array.MaxLength);
        _whenExceeded = whenExceeded;
    }

    /// <summary>Gets the array. It changes when room is ensured and when the bytes are detached.</summary>
    public byte[] Array { get; private set; } = [];

    /// <summary>Gets or sets how many bytes were written. Never above the length of the array.</summary>
    public int Position { get; set; }

    /// <summary>Gets how many bytes may still be written.</summary>
    public int Room => _maxBytes - Position;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Array.Length - Position), nameof(count));
        Position += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return Array.AsMemory(Position);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return Array.AsSpan(Position);
    }

    /// <summary>Makes sure that the array has room after the position.</summary>
    /// <param name="count">For how many bytes.</param>
    public void EnsureRoom(int count)
    {
        // The pool gives more than was asked for, and that is no room.
        if (count > Math.Min(Array.Length, _maxBytes) - Position)
            Grow(count);
    }

    /// <summary>Throws what writing beyond the limit throws.</summary>
    [DoesNotReturn]
    public void ThrowExceeded() => throw new StreamLogException(
        _whenExceeded, $"The records would take more than {_maxBytes} bytes, which is the limit here.");

    /// <summary>Hands the written bytes over. The writer is empty then, and may be used again.</summary>
    /// <returns>A buffer with one reference.</returns>
    public RecordBuffer Detach()
    {
        if (Array.Length == 0)
            return RecordBuffer.Empty;

        RecordBuffer buffer = RecordBuffer.TakeOver(Array, Position);
        Array = [];
        Position = 0;
        return buffer;
    }

    /// <summary>Returns the array to its pool.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        byte[] rented = Array;
        Array = [];
        Position = 0;
        if (rented.Length > 0)
            BatchMemory.Return(rented);
    }

    private void Grow(int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        long needed = (long)Position + count;
        if (needed > _maxBytes)
            ThrowExceeded();

        // The pool rounds up to powers of two. Doubling keeps the copies linear; the limit keeps a bomb from bursting.
        long capacity = Math.Max(needed, Math.Min(Math.Max(2L * Array.Length, MinCapacity), _maxBytes));
        byte[] larger = BatchMemory.Rent((int)capacity);
        // A position may be reserved before there is an array to hold it.
        Array.AsSpan(0, Math.Min(Position, Array.Length)).CopyTo(larger);
        byte[] rented = Array;
        Array = larger;
        if (rented.Length > 0)
            BatchMemory.Return(rented);
    }
}
