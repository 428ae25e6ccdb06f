using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Disk space that is set aside behind the end of a segment that is appended to.</summary>
/// <remarks>
/// The system takes bytes faster for which it has found a place already. The space grows with the segment, so a log
/// that gets little holds on to little. Owned by its segment; used under the log's gate, and by the flush that
/// follows the sealing, when nobody appends any more.
/// </remarks>
internal sealed class SpaceAhead
{
    // A segment that has reached the first has as much set aside as it holds, up to the second.
    private const int BytesMin = 1024 * 1024;
    private const int BytesMax = 16 * 1024 * 1024;

    private readonly IFile _file;
    private int _end;

    public SpaceAhead(IFile file) => _file = file;

    /// <summary>Notes what was set aside when the file was created.</summary>
    public void IsSetAside(long bytes) => _end = (int)Math.Min(bytes, int.MaxValue);

    /// <summary>Sees to it that an append falls into space that was set aside, if the segment is worth it.</summary>
    /// <param name="position">Where the append begins.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="segmentBytes">How large the segment may become.</param>
    public void Reach(int position, int length, int segmentBytes)
    {
        long appendEnd = (long)position + length;
        if (appendEnd <= _end || appendEnd < BytesMin)
            return;

        int from = Math.Max(_end, position);
        long end = Math.Min(appendEnd + Math.Min(appendEnd, BytesMax), Math.Max(appendEnd, segmentBytes));
        _file.Preallocate(from, end - from);
        _end = (int)Math.Min(end, int.MaxValue);
    }

    /// <summary>Forgets what was set aside: the file was cut, which gave it back.</summary>
    public void Cut() => _end = 0;

    /// <summary>Gives back what is behind the end of the segment.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void GiveBack(int sizeInBytes)
    {
        if (_end <= sizeInBytes)
            return;
        _end = 0;
        _file.SetLength(sizeInBytes);
    }
}
