using System.Buffers.Binary;
using StreamLog.Protocol;

namespace StreamLog.Kafka.Sockets;

/// <summary>Reads frames from a connection: four bytes of length, and so many bytes. The bytes of a frame go from the
/// socket into the memory that its record batches stay in.</summary>
/// <remarks>Owned by one connection, and used by one caller at a time. While no frame arrives it holds no
/// buffer.</remarks>
internal sealed class FrameReader
{
    private const int TrustedBytesMin = 4 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly ByteGate? _gate;
    private readonly ConnectionActivity? _activity;
    private readonly byte[] _prefix = new byte[sizeof(int)];

    // What the other side only says it will send takes no room. For a frame that is larger than this, and than all
    // before it, memory is taken as its bytes arrive, which are copied whenever there is more of it.
    private int _trustedBytes = TrustedBytesMin;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="gate">Bounds the bytes of all connections, or <see langword="null"/> where nothing does.</param>
    /// <param name="activity">Is told when bytes arrive, where somebody wants to know.</param>
    public FrameReader(Stream stream, ByteGate? gate = null, ConnectionActivity? activity = null)
    {
        _stream = stream;
        _gate = gate;
        _activity = activity;
    }

    /// <summary>Reads the next frame.</summary>
    /// <param name="maxBytes">The most bytes that it may have.</param>
    /// <param name="cancellationToken">Gives up, on whatever is half read.</param>
    /// <returns>The frame without its length, which the caller owns and whose bytes it gives back to the gate; or
    /// <see langword="null"/> where the other side has closed the connection.</returns>
    /// <exception cref="InvalidDataException">The length is negative or too large, or the connection ended within a
    /// frame.</exception>
    public async ValueTask<RecordBuffer?> ReadAsync(int maxBytes, CancellationToken cancellationToken)
    {
        int read = 0;
        while (read < _prefix.Length)
        {
            int got = await _stream.ReadAsync(_prefix.AsMemory(read), cancellationToken).ConfigureAwait(false);
            if (got == 0)
                return read == 0 ? null : throw Cut(read, _prefix.Length);
            read += got;
            _activity?.Note();
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(_prefix);
        if (length < 0 || length > maxBytes)
        {
            throw new InvalidDataException(
                $"A frame of {length} bytes was announced; between 0 and {maxBytes} are allowed here.");
        }

        // As long as there is no room it is not the other side that keeps this one waiting.
        int capacity = Math.Min(length, _trustedBytes);
        if (_gate is not null)
            await _gate.EnterAsync(capacity, cancellationToken).ConfigureAwait(false);
        _activity?.BeginBody();
        try
        {
            RecordBuffer frame = await ReadBodyAsync(length, capacity, cancellationToken).ConfigureAwait(false);
            _trustedBytes = Math.Max(_trustedBytes, length);
            return frame;
        }
        finally
        {
            _activity?.EndBody();
        }
    }

    private async ValueTask<RecordBuffer> ReadBodyAsync(int length, int capacity, CancellationToken cancellationToken)
    {
        RecordBuffer buffer = RecordBuffer.Rent(capacity);
        try
        {
            int read = 0;
            while (true)
            {
                while (read < buffer.Length)
                {
                    int got = await _stream.ReadAsync(buffer.WritableMemory[read..], cancellationToken)
                        .ConfigureAwait(false);
                    if (got == 0)
                        throw Cut(read, length);
                    read += got;
                    _activity?.NoteBody(got);
                }

                if (read == length)
                    return buffer;
                buffer = Grow(buffer, length);
            }
        }
        catch
        {
            _gate?.Leave(buffer.Length);
            buffer.Dispose();
            throw;
        }
    }

    private RecordBuffer Grow(RecordBuffer full, int length)
    {
        RecordBuffer larger = RecordBuffer.Rent((int)Math.Min(length, full.Length * 2L));
        full.Span.CopyTo(larger.WritableMemory.Span);
        _gate?.Add(larger.Length - full.Length);
        full.Dispose();
        return larger;
    }

    private static InvalidDataException Cut(int read, int length) =>
        new($"The other side closed the connection within a frame: {read} of {length} bytes had come.");
}
