using System.Buffers;

namespace StreamLog.Clients.Producing;

/// <summary>Where a key is serialized to, since its hash says which batch it belongs in. One is kept for each
/// thread.</summary>
/// <remarks>Not thread-safe. A serializer that appends in its turn gets another one.</remarks>
internal sealed class KeyScratch : IBufferWriter<byte>
{
    // A larger buffer is not kept: keys are short, and threads are many.
    private const int LargestKept = 64 * 1024;
    private const int FirstSize = 256;

    [ThreadStatic]
    private static KeyScratch? _kept;

    private byte[] _bytes = new byte[FirstSize];
    private int _length;

    /// <summary>Gets what was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Takes the thread's scratch, or a new one if that is in use.</summary>
    /// <returns>An empty scratch.</returns>
    public static KeyScratch Rent()
    {
        KeyScratch scratch = _kept ?? new KeyScratch();
        _kept = null;
        scratch._length = 0;
        return scratch;
    }

    /// <summary>Gives the scratch back.</summary>
    public void Return()
    {
        if (_bytes.Length <= LargestKept)
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
        if (needed > _bytes.Length - _length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + needed)));
    }
}
