using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Reads through one sealed segment, a piece at a time, and stops at the first thing that is not
/// sound.</summary>
/// <remarks>For one caller at a time, who has retained the segment. Appends, reads and cuts go on meanwhile.</remarks>
internal sealed class SegmentScrub : IDisposable
{
    private const int PieceBytes = 1024 * 1024;

    private readonly LogState _log;
    private readonly Segment _segment;
    private readonly BatchWalker _walker;
    private readonly int _truncations;
    private long _expected;

    public SegmentScrub(LogState log, Segment segment)
    {
        _log = log;
        _segment = segment;
        _truncations = log.Truncations;
        _expected = segment.BaseOffset;
        _walker = new BatchWalker(segment.File, 0, segment.SizeInBytes, readBodies: true);
    }

    /// <summary>Gets what was found, or <see langword="null"/>.</summary>
    public ScrubFinding? Finding { get; private set; }

    /// <summary>Gets how many bytes were read.</summary>
    public long Bytes => _walker.NextPosition;

    /// <summary>Gets whether the segment still is what it was when the scrub began.</summary>
    public bool IsCurrent => _log.Failure is null && _log.Truncations == _truncations
        && Array.IndexOf(_log.Segments, _segment) is >= 0 and int index && index < _log.Segments.Length - 1;

    /// <summary>Reads on.</summary>
    /// <returns><see langword="false"/> when the segment is done.</returns>
    public bool ReadPiece()
    {
        long end = _walker.NextPosition + PieceBytes;
        string? fault;
        try
        {
            fault = ReadUntil(end, out bool isDone);
            if (fault is null && !isDone)
                return true;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            fault = $"it cannot be read: {error.Message}";
        }

        // What was cut, deleted or compacted meanwhile is nobody's damage.
        if (fault is not null && IsCurrent)
        {
            Finding = new ScrubFinding
            {
                Partition = _log.Partition,
                File = _segment.File.Path,
                Position = _walker.Position,
                Offset = _expected,
                Fault = fault,
            };
        }

        return false;
    }

    public void Dispose() => _walker.Dispose();

    private string? ReadUntil(long end, out bool isDone)
    {
        isDone = false;
        while (_walker.NextPosition < end)
        {
            if (!_walker.MoveNext())
            {
                isDone = true;
                bool isWhole = _expected == _segment.NextOffset;
                return _walker.Fault ?? (isWhole ? null : $"it ends there instead of at offset {_segment.NextOffset}");
            }

            RecordBatchHeader header = _walker.Header;
            if (header.BaseOffset != _expected)
                return $"a batch claims offset {header.BaseOffset} where {_expected} must follow";
            int epoch = _log.Epochs.EpochAt(header.LastOffset);
            if (epoch >= 0 && epoch != header.PartitionLeaderEpoch)
                return $"a batch claims leader epoch {header.PartitionLeaderEpoch} instead of {epoch}";
            _expected = header.NextOffset;
        }

        return null;
    }
}
