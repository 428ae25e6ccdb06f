using System.Buffers;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>Opens the files of one log, and decides what of them can be believed.</summary>
/// <remarks>
/// <para>
/// The line that decides is how far the log had been flushed: the higher one of the recovery point and the last flush
/// mark. Below it everything had reached the disk, and may have been acknowledged; what is wrong there is corruption,
/// nothing is cut, and the log stays offline. Above it a crash may have left anything; from the first batch that is not
/// sound on, everything is cut, with a copy kept where sound batches are among it.
/// </para>
/// <para>One object opens one log, on one thread.</para>
/// </remarks>
internal sealed partial class LogRecovery
{
    private readonly LogServices _services;
    private readonly LogState _log;
    private readonly IFileSystem _files;
    private readonly bool _wasClean;
    private readonly List<Segment> _segments = [];

    // Where the scan found the first byte that may not have been flushed, for each scanned segment.
    private readonly List<(Segment Segment, long Position)> _unflushed = [];

    private long _recoveryPoint;
    private long _flushedOffset;
    private FlushMark _mark;
    private bool _areEpochsKnown;

    private LogRecovery(LogServices services, LogState log, bool wasClean)
    {
        _services = services;
        _log = log;
        _files = services.Files;
        _wasClean = wasClean;
    }

    /// <summary>
    /// Opens a log's files. What cannot be believed leaves it offline, with the reason in its Failure.
    /// </summary>
    /// <param name="services">What the directory lends.</param>
    /// <param name="log">The log to fill.</param>
    /// <param name="wasClean">Whether the directory was stopped in order.</param>
    public static void Open(LogServices services, LogState log, bool wasClean)
    {
        LogRecovery recovery = new(services, log, wasClean);
        try
        {
            recovery.Run();
        }
        catch (StreamLogException failure)
        {
            recovery.Abandon(failure);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            recovery.Abandon(new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"Partition {log.Partition} is offline: the disk failed while it was opened: {error.Message} Check " +
                $"the disk " +
                "and open the directory again.",
                error));
        }
    }

    private string EpochPath => Path.Combine(_log.Directory, LogFileNames.LeaderEpochs);

    private void Run()
    {
        (_recoveryPoint, long logStart, long highWatermark) = _services.Checkpoints.Get(_log.Partition);
        _flushedOffset = _recoveryPoint;
        if (_services.Marks.TryGet(_log.TopicId, _log.Partition.Partition, out _mark))
            _flushedOffset = Math.Max(_flushedOffset, _mark.Offset);

        LoadEpochs();
        OpenSegments(logStart);
        CheckFirst(logStart);
        CheckSegments();
        if (_segments[^1].NextOffset < logStart)
            RestartAt(logStart);
        FlushWhatIsLeft();

        // The first epoch begins where the log was trimmed to, so what one file has lost the other one knows.
        if (!_services.Checkpoints.AreLogStartsKnown && _log.Epochs.Entries.Count > 0)
            logStart = Math.Max(logStart, _log.Epochs.Entries[0].StartOffset);

        long end = _segments[^1].NextOffset;
        logStart = Math.Clamp(logStart, _segments[0].BaseOffset, end);
        CheckEpochs(logStart, end);
        _log.Segments = [.. _segments];
        _log.LogEndOffset = end;
        _log.LogStartOffset = logStart;
        _log.DurableOffset = end;
        _log.HighWatermark = Math.Clamp(highWatermark, logStart, end);
        _log.Producers = ProducerRecovery.Load(_services, _log.Directory, _segments, end, _log.Config);
        PrepareActive();
        NoteFlushed();
    }

    // What was scanned may now be served, so it is durable from here on, and corruption if it is ever found otherwise.
    private void NoteFlushed()
    {
        Segment active = _segments[^1];
        if (_unflushed.Count > 0 && active.NextOffset > _flushedOffset)
        {
            WriteIfThereIsRoom(() => _services.Marks.Append(new FlushMark(
                _log.TopicId, _log.Partition.Partition, active.NextOffset, active.BaseOffset, active.SizeInBytes)));
        }
    }

    // For what only helps the next start: what is in the log can be read although the disk is full.
    private void WriteIfThereIsRoom(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (error is not FlushFailedException && StorageErrors.IsDiskFull(error))
        {
            Log.NotWritten(_services.Logger, _log.Directory, error.Message);
        }
    }

    private void LoadEpochs()
    {
        LeaderEpochs? epochs = AtomicFile.Read(_files, EpochPath) is { } content ? LeaderEpochs.Decode(content) : null;
        _areEpochsKnown = epochs is not null;
        _log.Epochs = epochs ?? LeaderEpochs.Empty;
    }

    private void OpenSegments(long logStart)
    {
        foreach (FileSystemEntry entry in _files.List(_log.Directory))
        {
            string path = Path.Combine(_log.Directory, entry.Name);
            bool isLeftOver = entry.Name.EndsWith(LogFileNames.Deleted, StringComparison.Ordinal)
                || entry.Name.EndsWith(LogFileNames.Temporary, StringComparison.Ordinal);
            if (isLeftOver)
            {
                _files.DeleteFile(path);
            }
            else if (LogFileNames.TryParse(entry.Name, LogFileNames.Log, out long baseOffset))
            {
                IFile file = _files.Open(path, FileOpenMode.Open);
                _segments.Add(new Segment(_files, _log.Directory, baseOffset, file, indexes: null)
                {
                    CreatedMs = _services.NowMs,
                });
            }
        }

        if (_segments.Count > 0)
        {
            FinishTrim(logStart);
            DeleteStrayIndexes();
            return;
        }

        if (_flushedOffset > logStart)
            throw Offline(_log.Directory, 0, logStart, "there is no segment file");

        _segments.Add(Segment.Create(_files, _log.Directory, logStart, 0, _services.NowMs));
        _files.SyncDirectory(_log.Directory);
    }

    // Nothing but a trim takes segments away at the start, and it notes that before.
    private void CheckFirst(long logStart)
    {
        if (!_services.Checkpoints.AreLogStartsKnown)
        {
            if (_log.Epochs.Entries.Count == 0)
                return; // Nobody knows where the log began.
            logStart = Math.Max(logStart, _log.Epochs.Entries[0].StartOffset);
        }

        if (logStart < _segments[0].BaseOffset && logStart < _flushedOffset)
        {
            throw Offline(
                LogFileNames.PathOf(_log.Directory, logStart, LogFileNames.Log), 0, logStart,
                $"the file is missing, and the first one there is begins at offset {_segments[0].BaseOffset}");
        }
    }

    // A trim raises the start before it deletes, and a crash may leave any of the files that it deleted.
    private void FinishTrim(long logStart)
    {
        while (_segments.Count > 1 && _segments[1].BaseOffset <= logStart)
        {
            Segment segment = _segments[0];
            _segments.RemoveAt(0);
            segment.Release();
            _files.DeleteFile(segment.File.Path);
        }
    }

    // A flush that overlapped with a cut or a trim may have written indexes of a segment that was gone by then.
    private void DeleteStrayIndexes()
    {
        HashSet<long> offsets = [.. _segments.Select(segment => segment.BaseOffset)];
        foreach (FileSystemEntry entry in _files.List(_log.Directory))
        {
            bool isIndex = LogFileNames.TryParse(entry.Name, LogFileNames.OffsetIndex, out long offset)
                || LogFileNames.TryParse(entry.Name, LogFileNames.TimeIndex, out offset);
            if (isIndex && !offsets.Contains(offset))
                _files.DeleteFile(Path.Combine(_log.Directory, entry.Name));
        }
    }

    // Goes through the segments from the first to the last. What it does not believe it scans; where a scan stops, it
    // cuts.
    private void CheckSegments()
    {
        for (int i = 0; i < _segments.Count; i++)
        {
            Segment segment = _segments[i];
            bool isLast = i == _segments.Count - 1;
            long length = segment.File.Length;
            long end = isLast ? _recoveryPoint : _segments[i + 1].BaseOffset;
            bool isBelieved = isLast ? _wasClean : end <= _flushedOffset;
            if (isBelieved && SegmentTail.IsSound(segment, length, end, _log.Config, _files, _log.Directory))
            {
                segment.Publish((int)length, end);
                continue;
            }

            SegmentScan scan = SegmentScan.Run(segment, length, _flushedOffset, _log.Epochs, _log.Config);
            string? fault = scan.Fault;
            if (fault is null && !isLast && scan.EndOffset != end)
                fault = $"the file ends at offset {scan.EndOffset}, and the next one begins at {end}";
            if (fault is null && isLast && scan.EndOffset < _flushedOffset)
                fault = "the file ends here";
            if (fault is null && ContradictsMark(segment, scan))
                fault = $"it ends at offset {scan.EndOffset}, and {_mark.Offset} was flushed there";
            if (fault is not null && (WasFlushed(segment, scan) || scan.IsEpochFault))
                throw Offline(segment.File.Path, scan.EndPosition, scan.EndOffset, fault);

            Accept(segment, scan);
            if (fault is null)
                continue;

            Cut(i, scan, fault);
            return;
        }
    }

    // Whether what is wrong behind the scan had been flushed. In a compacted log a batch may claim any offset above the
    // one before, so that a false one would hide it; the place in the file cannot be hidden.
    private bool WasFlushed(Segment segment, SegmentScan scan) =>
        scan.EndOffset < _flushedOffset
        || segment.BaseOffset < _mark.SegmentBaseOffset
        || (segment.BaseOffset == _mark.SegmentBaseOffset && scan.EndPosition < _mark.Position)
        || ContradictsMark(segment, scan);

    private bool ContradictsMark(Segment segment, SegmentScan scan) =>
        segment.BaseOffset == _mark.SegmentBaseOffset
        && scan.EndPosition == _mark.Position
        && scan.EndPosition > 0
        && scan.EndOffset != _mark.Offset;

    private void Accept(Segment segment, SegmentScan scan)
    {
        segment.SetIndexes(scan.Indexes);
        segment.Publish((int)scan.EndPosition, scan.EndOffset);
        _unflushed.Add((segment, scan.UnflushedPosition));
        if (!_areEpochsKnown)
        {
            foreach ((int epoch, long startOffset) in scan.Epochs)
                NoteEpoch(epoch, startOffset);
        }

        Log.Scanned(_services.Logger, segment.File.Path, scan.EndPosition, scan.EndOffset);
    }

    private void NoteEpoch(int epoch, long startOffset)
    {
        if (epoch > _log.Epochs.Latest)
            _log.Epochs = _log.Epochs.With(epoch, startOffset);
    }

    private void Cut(int index, SegmentScan scan, string fault)
    {
        Segment segment = _segments[index];
        RecoveryCut cut = new(_files, _log.Directory);
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
        _files.SyncDirectory(_log.Directory);
        string path = segment.File.Path;
        if (isKept)
            Log.CutWithCopy(_services.Logger, _log.Partition, path, scan.EndPosition, scan.EndOffset, fault);
        else
            Log.Cut(_services.Logger, _log.Partition, path, scan.EndPosition, scan.EndOffset, fault);
    }

    // The start was raised durably, but what lay below it had not been flushed. Nothing of it is wanted.
    private void RestartAt(long logStart)
    {
        _unflushed.Clear();
        while (_segments.Count > 0)
        {
            Segment segment = _segments[^1];
            _segments.RemoveAt(_segments.Count - 1);
            segment.Release();
            segment.MarkDeleted();
            segment.DeleteMarked();
        }

        _segments.Add(Segment.Create(_files, _log.Directory, logStart, 0, _services.NowMs));
        _files.SyncDirectory(_log.Directory);
    }

    // What was read may come from the cache of the system, and may never reach the disk by itself: after a flush that
    // failed the system takes such pages for written. Written once more and flushed they are there, and may be served.
    private void FlushWhatIsLeft()
    {
        if (_unflushed.Count == 0)
            return;

        foreach ((Segment segment, long start) in _unflushed)
        {
            Rewrite(segment, start);
            segment.File.DataSync();
        }

        foreach (Segment segment in _segments.SkipLast(1).Intersect(_unflushed.Select(scanned => scanned.Segment)))
        {
            segment.Indexes(_log.Config).Seal();
            WriteIfThereIsRoom(() => segment.SaveIndexes(_log.Config));
        }

        _files.SyncDirectory(_log.Directory);
    }

    private void Rewrite(Segment segment, long start)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(256 * 1024, segment.SizeInBytes - start));
        try
        {
            for (long position = start; position < segment.SizeInBytes;)
            {
                int wanted = (int)Math.Min(buffer.Length, segment.SizeInBytes - position);
                int read = segment.File.Read(buffer.AsSpan(0, wanted), position);
                if (read < wanted)
                    throw Offline(segment.File.Path, position, segment.BaseOffset, "the file became shorter");
                segment.File.Write(buffer.AsSpan(0, read), position);
                position += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CheckEpochs(long logStart, long end)
    {
        if (!_areEpochsKnown)
        {
            RebuildEpochs();
            if (_log.Epochs.Latest >= 0)
                WriteIfThereIsRoom(() => AtomicFile.Replace(_files, EpochPath, _log.Epochs.Encode()));
        }

        _log.Epochs = _log.Epochs.CutAt(end).StartAt(logStart);
        if (_log.Epochs.Entries.Count == 0 || logStart == end)
            return;

        // Kafka's file has no checksum. Each boundary in it must be one in the log: the batches on both sides say so.
        CheckEpochAt(logStart, isBoundary: false);
        foreach ((int _, long startOffset) in _log.Epochs.Entries)
        {
            if (startOffset <= logStart)
                continue;
            CheckEpochAt(startOffset - 1, isBoundary: false);
            CheckEpochAt(startOffset, isBoundary: !_log.Config.IsCompacted);
        }

        CheckEpochAt(end - 1, isBoundary: false);
    }

    private void CheckEpochAt(long offset, bool isBoundary)
    {
        Segment segment = _segments[LogState.FindIndex([.. _segments], offset)];
        int epoch = _log.Epochs.EpochAt(offset);
        if (epoch < 0 && !_services.Checkpoints.AreLogStartsKnown)
            return; // Epochs begin where the log was trimmed to, and nobody knows that any more.
        if (!SegmentTail.TryFind(segment, offset, _log.Config, out BatchAt batch))
            return; // Compacted away, or corrupt: a read will tell.
        if (batch.LeaderEpoch == epoch && (!isBoundary || batch.BaseOffset == offset))
            return;

        throw Offline(
            EpochPath, 0, offset,
            $"it says that the leader epoch there is {epoch}, and {segment.File.Path} at byte {batch.Position} says " +
            $"{batch.LeaderEpoch}; if the segment is sound, delete the former to have it built anew");
    }

    private void RebuildEpochs()
    {
        _log.Epochs = LeaderEpochs.Empty;
        foreach (Segment segment in _segments)
        {
            using BatchWalker walker = new(segment.File, 0, segment.SizeInBytes, readBodies: false);
            while (walker.MoveNext())
                NoteEpoch(walker.Header.PartitionLeaderEpoch, walker.Header.BaseOffset);
        }
    }

    private void PrepareActive()
    {
        Segment active = _segments[^1];
        _ = active.Indexes(_log.Config);
        _log.AreNamesDirty = active.DeleteIndexes();
        Span<byte> header = stackalloc byte[RecordBatchHeader.Size];
        if (active.SizeInBytes > 0 && active.File.Read(header, 0) == header.Length)
            active.FirstTimestamp = new RecordBatchHeader(header).MaxTimestamp;
    }

    private StreamLogException Offline(string path, long position, long offset, string fault) =>
        SegmentCorruption.Offline(_log.Partition, path, position, offset, _flushedOffset, fault);

    private void Abandon(StreamLogException failure)
    {
        foreach (Segment segment in _segments)
            segment.Release();
        _log.Segments = [];
        _log.TryFail(failure);
        Log.Offline(_services.Logger, _log.Partition, failure.Message);
    }
}
