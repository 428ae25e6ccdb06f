namespace StreamLog.Storage;

/// <summary>Decides which bytes of a log that is being opened can be believed, and cuts off what cannot.</summary>
/// <remarks>A step of <see cref="LogRecovery"/>, on its thread.</remarks>
internal sealed partial class SegmentCheck
{
    private readonly RecoveringLog _recovery;
    private readonly EpochRecovery _epochs;
    private readonly LogState _log;
    private readonly List<Segment> _segments;

    public SegmentCheck(RecoveringLog recovery, EpochRecovery epochs)
    {
        _recovery = recovery;
        _epochs = epochs;
        _log = recovery.State;
        _segments = recovery.Segments;
    }

    /// <summary>
    /// Goes through the segments from the first to the last. What it does not believe it scans; where a scan stops, it
    /// cuts.
    /// </summary>
    /// <exception cref="StreamLogException">What had been flushed is corrupt.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Run()
    {
        for (int i = 0; i < _segments.Count; i++)
        {
            Segment segment = _segments[i];
            long length = segment.File.Length;
            if (IsBelieved(i, length))
                continue;

            SegmentScan scan = SegmentScan.Run(segment, length, _recovery.FlushedOffset, _log.Epochs, _log.Config);
            string? fault = FaultOf(i, scan);
            if (fault is not null && (WasFlushed(segment, scan) || scan.IsEpochFault))
                throw _recovery.Offline(segment.File.Path, scan.EndPosition, scan.EndOffset, fault);

            Accept(segment, scan);
            if (fault is null)
                continue;

            Cut(i, scan, fault);
            return;
        }
    }

    private bool IsBelieved(int index, long length)
    {
        Segment segment = _segments[index];
        bool isLast = index == _segments.Count - 1;
        long end = isLast ? _recovery.RecoveryPoint : _segments[index + 1].BaseOffset;
        bool isBelieved = isLast ? _recovery.WasClean : end <= _recovery.FlushedOffset;
        if (!isBelieved
            || !SegmentTail.IsSound(segment, length, end, _log.Config, _recovery.Files, _recovery.Directory))
        {
            return false;
        }

        segment.Publish((int)length, end);
        return true;
    }

    private string? FaultOf(int index, SegmentScan scan)
    {
        Segment segment = _segments[index];
        bool isLast = index == _segments.Count - 1;
        if (scan.Fault is not null)
            return scan.Fault;
        if (!isLast && scan.EndOffset != _segments[index + 1].BaseOffset)
        {
            return $"the file ends at offset {scan.EndOffset}, and the next one begins at " +
                $"{_segments[index + 1].BaseOffset}";
        }

        if (isLast && scan.EndOffset < _recovery.FlushedOffset)
            return "the file ends here";
        return ContradictsMark(segment, scan)
            ? $"it ends at offset {scan.EndOffset}, and {_recovery.Mark.Offset} was flushed there"
            : null;
    }

    // Whether what is wrong behind the scan had been flushed. A false last offset would hide it; the place in the file
    // cannot be hidden.
    private bool WasFlushed(Segment segment, SegmentScan scan) =>
        scan.EndOffset < _recovery.FlushedOffset
        || segment.BaseOffset < _recovery.Mark.SegmentBaseOffset
        || (segment.BaseOffset == _recovery.Mark.SegmentBaseOffset && scan.EndPosition < _recovery.Mark.Position)
        || ContradictsMark(segment, scan);

    private bool ContradictsMark(Segment segment, SegmentScan scan) =>
        segment.BaseOffset == _recovery.Mark.SegmentBaseOffset
        && scan.EndPosition == _recovery.Mark.Position
        && scan.EndPosition > 0
        && scan.EndOffset != _recovery.Mark.Offset;

    private void Accept(Segment segment, SegmentScan scan)
    {
        segment.SetIndexes(scan.Indexes);
        if (!scan.HasMarkers)
            segment.SetTransactions(new TransactionIndex());
        segment.Publish((int)scan.EndPosition, scan.EndOffset);
        _recovery.Unflushed.Add((segment, scan.UnflushedPosition));
        _epochs.Note(scan.Epochs);
        Log.Scanned(_recovery.Services.Logger, segment.File.Path, scan.EndPosition, scan.EndOffset);
    }

    private void Cut(int index, SegmentScan scan, string fault)
    {
        Segment segment = _segments[index];
        RecoveryCut cut = new(_recovery.Files, _recovery.Directory);
        bool isKept = cut.KeepTail(segment, scan.EndPosition, scan.EndOffset);
        while (_segments.Count > index + 1)
        {
            Segment later = _segments[index + 1];
            _segments.RemoveAt(index + 1);
            isKept |= cut.KeepSegment(later);
        }

        segment.File.SetLength(scan.EndPosition);
        segment.File.DataSync();
        cut.DeleteFilesAbove(scan.EndOffset, segment.BaseOffset);
        _recovery.Files.SyncDirectory(_recovery.Directory);
        string path = segment.File.Path;
        if (isKept)
        {
            Log.CutWithCopy(
                _recovery.Services.Logger, _log.Partition, path, scan.EndPosition, scan.EndOffset, fault);
        }
        else
        {
            Log.Cut(_recovery.Services.Logger, _log.Partition, path, scan.EndPosition, scan.EndOffset, fault);
        }
    }
}
