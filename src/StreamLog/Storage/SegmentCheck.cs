using StreamLog.Extensibility;

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
            if (IsBelieved(i))
                continue;

            Segment segment = _segments[i];
            SegmentScan scan = Scan(i);
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

    // What was flushed as a whole is not read, but for a last segment of which no mark says how long it must be. What
    // is wrong in it a read finds out, by offsets, epochs and checksums.
    private bool IsBelieved(int index)
    {
        Segment segment = _segments[index];
        long length = segment.FoundLength;
        bool isLast = index == _segments.Count - 1;
        long end = isLast ? _recovery.FlushedOffset : _segments[index + 1].BaseOffset;
        bool isBelieved = isLast
            ? IsAsFlushed(segment) || (_recovery.WasClean && IsTailSound(segment))
            : end <= _recovery.FlushedOffset && length is > 0 and <= Segment.SizeMax;
        if (isBelieved)
            segment.Publish((int)length, end);
        return isBelieved;
    }

    private bool IsAsFlushed(Segment segment) => _recovery.HasMark
        && _recovery.Mark.SegmentBaseOffset == segment.BaseOffset
        && _recovery.Mark.Position == segment.FoundLength
        && _recovery.Mark.Offset == _recovery.FlushedOffset
        && (segment.FoundLength > 0 || _recovery.FlushedOffset == segment.BaseOffset);

    private bool IsTailSound(Segment segment) => SegmentTail.IsSound(
        segment, segment.FoundLength, _recovery.FlushedOffset, _log.Config, _recovery.Files, _recovery.Directory);

    // The last segment from where the last mark says that everything is flushed: the active one alone is never
    // rewritten, so that a batch still begins there. Where that leaves a doubt, from the start: the whole segment then
    // says what is torn, and what is corrupt.
    private SegmentScan Scan(int index)
    {
        Segment segment = _segments[index];
        bool isLast = index == _segments.Count - 1;
        if (isLast && _epochs.AreKnown && _recovery.HasMark && _recovery.Mark.SegmentBaseOffset == segment.BaseOffset
            && _recovery.Mark.Position > 0 && _recovery.Mark.Position <= segment.FoundLength)
        {
            SegmentScan rest = ScanFrom(segment, _recovery.Mark.Position, _recovery.Mark.Offset);
            if (IsConvincing(index, rest))
                return rest;
        }

        return ScanFrom(segment, 0, segment.BaseOffset);
    }

    private SegmentScan ScanFrom(Segment segment, long position, long offset)
    {
        _recovery.Services.Recovery.Found(segment.FoundLength - position);
        return SegmentScan.Run(segment, (position, offset), _recovery);
    }

    private bool IsConvincing(int index, SegmentScan scan)
    {
        Segment segment = _segments[index];
        if (FaultOf(index, scan) is null)
            return true;
        if (WasFlushed(segment, scan) || scan.IsEpochFault)
            return false;
        return scan.EndPosition > _recovery.Mark.Position || !RecoveryCut.HasSoundBatch(
            segment.File, scan.EndPosition, segment.FoundLength, scan.EndOffset);
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
        if (scan.IsWhole)
        {
            segment.SetIndexes(scan.Indexes);
            if (!scan.HasMarkers)
                segment.SetTransactions(new TransactionIndex());
        }

        segment.Publish((int)scan.EndPosition, scan.EndOffset);
        DeleteIndexes(segment);
        if (scan.IsWhole || scan.EndPosition > scan.UnflushedPosition)
            _recovery.Unflushed.Add(new ScannedSegment(segment, scan.UnflushedPosition, scan.IsWhole));
        _epochs.Note(scan.Epochs);
        Log.Scanned(_recovery.Services.Logger, segment.File.Path, scan.EndPosition, scan.EndOffset);
    }

    // Those that are there may be of a time before the last appends.
    private void DeleteIndexes(Segment segment)
    {
        foreach (FileSystemEntry entry in _recovery.Entries)
        {
            if (!LogFileNames.TryParseIndex(entry.Name, out long offset) || offset != segment.BaseOffset)
                continue;
            _recovery.Files.DeleteFile(Path.Combine(_recovery.Directory, entry.Name));
            _log.AreNamesDirty = true;
        }
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
