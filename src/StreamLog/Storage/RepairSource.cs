using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Reads a file that the disk gives back in part only: what cannot be read is zeros.</summary>
/// <remarks>For one thread, and for reading alone. Zeros are no batch, so they count as damage.</remarks>
internal sealed class RepairSource : IFile
{
    private const int PieceBytes = 4096;

    private readonly IFile _file;

    public RepairSource(IFile file) => _file = file;

    public string Path => _file.Path;

    public long Length => _file.Length;

    public int Read(Span<byte> buffer, long position)
    {
        try
        {
            return _file.Read(buffer, position);
        }
        catch (IOException)
        {
            return ReadPieces(buffer, position);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => throw ReadOnly();

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long position) => throw ReadOnly();

    public void SetLength(long length) => throw ReadOnly();

    public void DataSync() => throw ReadOnly();

    public ValueTask DataSyncAsync() => throw ReadOnly();

    public void Dispose() => _file.Dispose();

    private static InvalidOperationException ReadOnly() => new("What is repaired from is not written.");

    // By the pieces in which disks lose bytes, so that what lies beside a lost one is kept.
    private int ReadPieces(Span<byte> buffer, long position)
    {
        int wanted = (int)Math.Clamp(Length - position, 0, buffer.Length);
        for (int at = 0; at < wanted;)
        {
            int count = (int)Math.Min(wanted - at, PieceBytes - ((position + at) % PieceBytes));
            Span<byte> piece = buffer.Slice(at, count);
            try
            {
                int read = _file.Read(piece, position + at);
                piece[read..].Clear();
            }
            catch (IOException)
            {
                piece.Clear();
            }

            at += count;
        }

        return wanted;
    }
}
