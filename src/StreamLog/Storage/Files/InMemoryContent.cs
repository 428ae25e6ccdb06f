using StreamLog.Diagnostics;

namespace StreamLog.Storage.Files;

/// <summary>The bytes of one file in memory, in chunks that stay where they are while it grows.</summary>
/// <remarks>
/// <para>
/// Held by its name and by each open handle; without either its space is given back. Reads take no lock and may run
/// beside a write, which first puts the bytes in place and then publishes the length. Writers take turns at
/// <c>_gate</c>.
/// </para>
/// <para>
/// A chunk is 64 KiB, which keeps it out of the large object heap. The first one begins small and doubles, since most
/// files are indexes and checkpoints of a few hundred bytes.
/// </para>
/// </remarks>
internal sealed class InMemoryContent
{
    private const int ChunkBytes = 64 * 1024;
    private const int FirstChunkBytesMin = 512;

    private readonly InMemorySpace _space;
    private readonly Lock _gate = new();
    private int _holdCount = 1;

    // Below here: written under _gate, read by anybody. Invariant: _length bytes lie in _chunks, with zeros behind
    // them; a missing chunk has none but missing ones behind it.
    private byte[]?[] _chunks = [];
    private long _length;

    /// <summary>Creates the content of an empty file that has a name.</summary>
    /// <param name="space">Where its bytes are counted.</param>
    public InMemoryContent(InMemorySpace space) => _space = space;

    /// <summary>Gets the number of bytes.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="position">The byte to begin at.</param>
    /// <returns>The number of bytes read.</returns>
    public int Read(Span<byte> buffer, long position)
    {
        // In this order: chunks that are at least as new as the length hold all of it, unless the file is cut
        // meanwhile.
        long length = Volatile.Read(ref _length);
        byte[]?[] chunks = Volatile.Read(ref _chunks);
        int total = (int)Math.Clamp(length - position, 0, buffer.Length);
        int done = 0;
        while (done < total)
        {
            (int index, int start) = Locate(position + done);
            byte[]? chunk = index < chunks.Length ? chunks[index] : null;
            if (chunk is null || start >= chunk.Length)
                break;

            int count = Math.Min(total - done, chunk.Length - start);
            chunk.AsSpan(start, count).CopyTo(buffer[done..]);
            done += count;
        }

        return done;
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where they go.</param>
    /// <param name="path">The file's path, for the exception.</param>
    public void Write(ReadOnlySpan<byte> bytes, long position, string path)
    {
        if (bytes.IsEmpty)
            return;

        lock (_gate)
        {
            long end = checked(position + bytes.Length);
            Reserve(end, path);
            while (!bytes.IsEmpty)
            {
                (int index, int start) = Locate(position);
                byte[] chunk = _chunks[index]!;
                int count = Math.Min(bytes.Length, chunk.Length - start);
                bytes[..count].CopyTo(chunk.AsSpan(start));
                bytes = bytes[count..];
                position += count;
            }

            Volatile.Write(ref _length, Math.Max(_length, end));
        }
    }

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    /// <param name="length">The new number of bytes.</param>
    /// <param name="path">The file's path, for the exception.</param>
    public void SetLength(long length, string path)
    {
        lock (_gate)
        {
            if (length >= _length)
            {
                Reserve(length, path);
                Volatile.Write(ref _length, length);
                return;
            }

            long cut = _length - length;
            Volatile.Write(ref _length, length);
            (int index, int start) = Locate(length);
            int count = start == 0 ? index : index + 1;
            if (start > 0)
                _chunks[index]!.AsSpan(start).Clear();

            Volatile.Write(ref _chunks, _chunks[..count]);
            _space.Return(cut);
        }
    }

    /// <summary>Counts a holder in.</summary>
    public void Hold() => Interlocked.Increment(ref _holdCount);

    /// <summary>Counts a holder out. Without any the bytes are gone.</summary>
    public void Release()
    {
        int count = Interlocked.Decrement(ref _holdCount);
        Invariant.Holds(count >= 0);
        if (count > 0)
            return;

        lock (_gate)
        {
            _space.Return(_length);
            _length = 0;
            _chunks = [];
        }
    }

    private static (int Index, int Start) Locate(long position) =>
        ((int)(position / ChunkBytes), (int)(position % ChunkBytes));

    // Makes room up to an end, and counts what the file grows by. Where that throws nothing has changed.
    private void Reserve(long end, string path)
    {
        Invariant.Holds(_gate.IsHeldByCurrentThread);
        if (end <= _length)
            return;

        _space.Take(end - _length, path);
        int count = (int)((end + ChunkBytes - 1) / ChunkBytes);
        byte[]?[] chunks = _chunks;
        if (count > chunks.Length)
        {
            chunks = new byte[Math.Max(count, chunks.Length * 2)][];
            _chunks.CopyTo(chunks, 0);
        }

        // Only the last chunk there is can be short; those behind it are missing.
        for (int i = (int)(Math.Max(0, _length - 1) / ChunkBytes); i < count; i++)
            chunks[i] = Grown(chunks[i], count == 1 ? (int)end : ChunkBytes);

        Volatile.Write(ref _chunks, chunks);
    }

    private static byte[] Grown(byte[]? chunk, int neededBytes)
    {
        if (chunk is not null && chunk.Length >= neededBytes)
            return chunk;

        int size = chunk?.Length ?? FirstChunkBytesMin;
        while (size < neededBytes)
            size *= 2;

        byte[] grown = new byte[size];
        chunk?.CopyTo(grown, 0);
        return grown;
    }
}
