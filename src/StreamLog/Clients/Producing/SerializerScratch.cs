using System.Buffers;

namespace StreamLog.Clients.Producing;

/// <summary>Where a key or a value is serialized to, before any lock is taken: a serializer may be slow, and the hash
/// of a key says which batch it belongs in. A few are kept for each thread.</summary>
/// <remarks>Not thread-safe. A serializer that appends in its turn gets other ones.</remarks>
internal sealed class SerializerScratch : IBufferWriter<byte>
{
    // A larger array is not kept: most records are short, and threads are many.
    private const int LargestKept = 64 * 1024;
    private const int FirstSize = 256;

    // One for the key and one for the value.
    private const int KeptMax = 2;

    [ThreadStatic]
    private static SerializerScratch? _kept;

    [ThreadStatic]
    private static int _keptCount;

    private SerializerScratch? _next;
    private byte[] _bytes = new byte[FirstSize];
    private int _length;

    /// <summary>Takes a scratch of the thread's, or a new one if those are in use.</summary>
    /// <returns>An empty scratch.</returns>
    public static SerializerScratch Rent()
    {
        if (_kept is not { } scratch)
            return new SerializerScratch();
        _kept = scratch._next;
        _keptCount--;
        scratch._next = null;
        return scratch;
    }

    /// <summary>Returns the bytes of a key or a value.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The key or value, which is not <see langword="null"/>.</param>
    /// <param name="serializer">What writes it.</param>
    /// <param name="scratch">What the bytes lie in, unless they lie in the value itself. To be returned.</param>
    /// <returns>The bytes.</returns>
    public static ReadOnlySpan<byte> BytesOf<T>(T value, ISerializer<T> serializer, ref SerializerScratch? scratch)
    {
        // What is bytes already is copied once, into its batch.
        if (ReferenceEquals(serializer, Serdes.Bytes) && value is byte[] bytes)
            return bytes;
        if (ReferenceEquals(serializer, Serdes.Memory) && value is ReadOnlyMemory<byte> memory)
            return memory.Span;

        scratch = Rent();
        serializer.Serialize(value, scratch);
        return scratch._bytes.AsSpan(0, scratch._length);
    }

    /// <summary>Gives the scratch back.</summary>
    public void Return()
    {
        _length = 0;
        if (_bytes.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = new byte[FirstSize];
        }

        if (_keptCount == KeptMax)
            return;
        _keptCount++;
        _next = _kept;
        _kept = this;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _bytes.Length - _length)
            throw new InvalidOperationException("More was written than there was room for. Ask for more room first.");
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length - _length)
            return;

        int size = (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, checked(_length + needed)));
        byte[] larger = size > LargestKept ? ArrayPool<byte>.Shared.Rent(size) : new byte[size];
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > LargestKept)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
