using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>An open file.</summary>
/// <remarks>
/// Reads may run beside one another and beside a write. Writes, <see cref="SetLength"/> and disposal are for one caller
/// at a time. A flush may run beside writes, and covers at least what was written before it began.
/// </remarks>
[Experimental("STREAMLOG001")]
public interface IFile : IDisposable
{
    /// <summary>Gets the path by which the file was opened.</summary>
    string Path { get; }

    /// <summary>Gets the number of bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="position">The byte to begin at.</param>
    /// <returns>The number of bytes read: less than asked for only at the end of the file.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    int Read(Span<byte> buffer, long position);

    /// <summary>Writes all of the bytes, or throws.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where they go.</param>
    /// <exception cref="IOException">The disk failed or is full. Some of the bytes may have been written.</exception>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Writes several runs of bytes one behind the other in as few system calls as the system
    /// allows.</summary>
    /// <param name="parts">The runs, in order.</param>
    /// <param name="position">Where the first one goes.</param>
    /// <exception cref="IOException">The disk failed or is full. Some of the bytes may have been written.</exception>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position);

    /// <summary>Cuts the file, or extends it with zeros.</summary>
    /// <param name="length">The new number of bytes.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    void SetLength(long length);

    /// <summary>Asks that disk space be set aside for what will be written, without changing the length or any
    /// bytes.</summary>
    /// <param name="position">Where the space begins.</param>
    /// <param name="length">How many bytes it is for.</param>
    /// <remarks>
    /// It is a help and no promise: whoever cannot do it, or has no room for it, does nothing, which is what this
    /// implementation does. <see cref="SetLength"/> gives back what lies beyond the new length.
    /// </remarks>
    void Preallocate(long position, long length)
    {
    }

    /// <summary>Forces the bytes and the length to the disk, and blocks until they are there.</summary>
    /// <exception cref="FlushFailedException">
    /// The disk refused. What was written since the last flush may be gone although it can still be read, so nobody may
    /// try again: every later flush of this file throws too.
    /// </exception>
    void DataSync();

    /// <summary>Forces the bytes and the length to the disk without blocking the caller's thread.</summary>
    /// <returns>A task that completes when they are there; it fails as <see cref="DataSync"/> does.</returns>
    ValueTask DataSyncAsync();
}
