using StreamLog.Extensibility;
using StreamLog.Storage.Compaction;

namespace StreamLog.Storage;

/// <summary>Cuts a log at its end or at its start, durably.</summary>
/// <remarks>
/// Thread-safe; whoever cuts the end appends nothing meanwhile. Readers and flushes go on. Nothing here is flushed
/// under the log's gate. Order: what says how far the log may be believed is lowered before the log is, and the start
/// is raised before the files go.
/// </remarks>
internal sealed class LogCutter
{
    private readonly LogState _log;
    private readonly LogServices _services;
    private readonly EpochCheckpoint _epochs;

    // Held over flushes: only cuts wait for cuts.
    private readonly Lock _turn = new();

    public LogCutter(LogState log, LogServices services, EpochCheckpoint epochs)
    {
        _log = log;
        _services = services;
        _epochs = epochs;
    }

    /// <summary>
    /// Cuts the end so that no record at or above the offset is left. Batches stay whole: with a batch of 10 to 19, a
    /// cut at 15 leaves an end of 10.
    /// </summary>
    /// <exception cref="IOException">The disk failed: the log must go offline.</exception>
    /// <exception cref="StreamLogException">The log is offline or closed.</exception>
    public void TruncateTo(long offset)
    {
        lock (_turn)
        {
            _log.ThrowIfFailed();
            if (offset >= _log.LogEndOffset)
                return;

            Segment[] segments = _log.Segments;
            int index = LogState.FindIndex(segments, offset);
            Segment last = segments[index];
            long end = offset;
            int position = last.SizeInBytes;
            if (offset < last.NextOffset && SegmentTail.TryFind(last, offset, _log.Config, out BatchAt batch))
            {
                position = batch.Position;
                end = Math.Min(offset, batch.BaseOffset);
            }

            Announce(end);
            try
            {
                FlushMark mark = new(_log.TopicId, _log.Partition.Partition, end, last.BaseOffset, position);
                _services.Marks.Lower(mark);
                _services.Checkpoints.LowerRecoveryPoint(_log.Partition, end);
                _services.Checkpoints.LowerCompacted(_log.Partition, end);
                Cut(segments, index, position, end);
            }
            finally
            {
                lock (_log.Gate)
                    _log.IsCutting = false;
            }
        }
    }

    /// <summary>Waits until nothing is cut any more. The log has failed before, so that nothing begins.</summary>
    public void AwaitTurn()
    {
        lock (_turn)
        {
            // Whoever held it is done.
        }
    }

    /// <summary>As <see cref="TrimTo"/>, and counts what is deleted as deleted on request.</summary>
    /// <exception cref="IOException">The disk failed: the log must go offline.</exception>
    /// <exception cref="StreamLogException">The log is offline or closed, or ends below the offset.</exception>
    public void TrimOnRequest(long offset)
    {
        Segment[] removed = TrimTo(offset);
        if (removed.Length == 0)
            return;
        long bytes = removed.Sum(segment => (long)segment.SizeInBytes);
        _services.Metrics.Maintenance.Deleted(_log.Partition.Topic, removed.Length, bytes, "request");
    }

    /// <summary>As <see cref="TrimTo"/>, unless the end was cut since somebody chose the offset.</summary>
    /// <returns><see langword="false"/> if it was cut: nothing was changed.</returns>
    /// <exception cref="IOException">The disk failed: the log must go offline.</exception>
    /// <exception cref="StreamLogException">The log is offline or closed.</exception>
    public bool TryTrim(long offset, int truncations)
    {
        lock (_turn)
        {
            if (_log.Truncations != truncations)
                return false;
            TrimTo(offset);
            return true;
        }
    }

    /// <summary>Raises the start, and deletes the segments wholly below it.</summary>
    /// <returns>Those segments. Where the disk lets one not go, that is logged and tried again.</returns>
    /// <exception cref="IOException">The disk failed: the log must go offline.</exception>
    /// <exception cref="StreamLogException">The log is offline or closed, or ends below the offset.</exception>
    public Segment[] TrimTo(long offset)
    {
        lock (_turn)
        {
            _log.ThrowIfFailed();
            if (offset > _log.LogEndOffset)
                throw _log.OutOfRange(offset);
            if (offset < _log.LogStartOffset)
                return [];

            bool wasFull = offset > _log.LogStartOffset && SaveStart(offset);
            Segment[] removed = Remove(offset);
            try
            {
                _epochs.Replace(epochs => epochs.StartAt(offset));
            }
            catch (IOException error) when (IsFull(error))
            {
                // What is deleted makes room, and recovery leaves out the epochs below the start by itself.
            }

            // A full disk needs the room now.
            foreach (Segment segment in removed)
                _services.Deletions.DeleteTrimmed(segment, _log.Directory, wasFull ? 0 : _log.Config.FileDeleteDelayMs);
            if (removed.Length > 0)
                _services.Files.SyncDirectory(_log.Directory);
            if (wasFull)
                _services.Reserve.Restore();
            return removed;
        }
    }

    /// <summary>Puts a cleaned segment in the place of those that it comes from.</summary>
    /// <returns><see langword="false"/> if the log is no longer what was cleaned: nothing was changed.</returns>
    /// <exception cref="SwapFailedException">The disk failed half-way: the log must go offline.</exception>
    /// <exception cref="IOException">The disk failed or is full, and nothing was changed.</exception>
    public bool TryReplace(CleanedSegment cleaned)
    {
        lock (_turn)
            return SegmentSwap.TryCommit(_log, _services, cleaned);
    }

    private bool SaveStart(long offset)
    {
        // What is not on the disk could be followed by other records after a crash, for which the note would not be
        // true: until the start says that nothing below it will ever be written again.
        bool isFlushed = offset <= _log.DurableOffset;
        if (isFlushed)
            SaveProducersAt(offset);
        bool wasFull = _services.Reserve.Write(() => _services.Checkpoints.SaveLogStart(_log, offset));
        if (!isFlushed)
            SaveProducersAt(offset);
        return wasFull;
    }

    // What is known of the producers where the log is to begin. Where that is not on the disk yet, only the segments
    // that are to go would tell it after a crash, and a retry would count twice.
    private void SaveProducersAt(long offset)
    {
        if (FindProducersAt(offset) is not (long at, byte[] snapshot))
            return;
        try
        {
            lock (_log.NotesGate)
            {
                AtomicFile.Replace(
                    _services.Files, LogFileNames.PathOf(_log.Directory, at, LogFileNames.Snapshot), snapshot);
            }
        }
        catch (IOException error) when (IsFull(error))
        {
            // Room is made first of all. It costs what is known of producers only if there is a crash.
        }
    }

    // From memory, where a flush is still to write it down; else from the disk, unless it is there already.
    private (long Offset, byte[] Snapshot)? FindProducersAt(long offset)
    {
        Segment[] segments = _log.Segments;
        long first = segments[LogState.FindIndex(segments, offset)].BaseOffset;
        lock (_log.Gate)
        {
            if (offset == _log.LogEndOffset && offset > _log.DurableOffset)
                return (offset, ProducerSnapshot.Encode(_log.Producers));
            if (first == segments[0].BaseOffset)
                return null;
            if (_log.Unflushed.Find(old => old.EndOffset == first) is { } last)
                return (first, last.Snapshot);
        }

        byte[]? saved = AtomicFile.Read(
            _services.Files, LogFileNames.PathOf(_log.Directory, first, LogFileNames.Snapshot));
        if (saved is not null && ProducerSnapshot.Decode(saved, _services.NowMs) is not null)
            return null;
        ProducerStates producers = ProducerRecovery.LoadAt(
            _services, _log.Directory, segments, first, _log.Config);
        return (first, ProducerSnapshot.Encode(producers));
    }

    // Under the gate of the notes, so that no flush writes beside the segments what nobody would delete.
    private Segment[] Remove(long offset)
    {
        lock (_log.NotesGate)
            lock (_log.Gate)
            {
                _log.AssertInvariants();
                _log.LogStartOffset = offset;
                Segment[] segments = _log.Segments;
                int kept = LogState.FindIndex(segments, offset);
                Segment[] removed = segments[..kept];
                _log.Segments = segments[kept..];
                _log.Unflushed.RemoveAll(old => removed.Contains(old.Segment));
                return removed;
            }
    }

    // From here on no flush that is under way notes anything, none begins, and no checkpoint goes beyond the cut.
    private void Announce(long end)
    {
        lock (_log.NotesGate)
            lock (_log.Gate)
            {
                _log.AssertInvariants();
                _log.IsCutting = true;
                _log.Truncations++;
                _log.DurableOffset = Math.Min(_log.DurableOffset, end);
            }
    }

    private void Cut(Segment[] segments, int index, int position, long end)
    {
        Segment last = segments[index];
        TransactionIndex transactions = TransactionIndexes.Of(_services, _log, segments, last);
        lock (_log.Gate)
        {
            _log.AssertInvariants();
            transactions.TruncateTo(end);
            _log.Truncations++; // Readers that began after the first time have seen the old end.
            _log.Tail.Clear();
            _log.LogEndOffset = end;
            last.Publish(position, end);
            _log.Segments = segments[..(index + 1)];
            _log.Unflushed.RemoveAll(old => old.Segment.BaseOffset >= last.BaseOffset);
            last.File.SetLength(position);
            last.SetIndexes(SegmentIndexes.Rebuild(last.File, last.BaseOffset, position, _log.Config));
        }

        try
        {
            // The newest go first, so that a crash in between leaves no gap.
            foreach (Segment segment in segments[(index + 1)..].Reverse())
                Delete(segment);
            last.DeleteIndexes();
            ProducerRecovery.DeleteStrays(
                _services.Files, _log.Directory, ProducerRecovery.SnapshotOffsets(_services.Files, _log.Directory),
                _log.Segments, end);
            last.File.DataSync();
            _services.Files.SyncDirectory(_log.Directory);
            _epochs.Replace(epochs => epochs.CutAt(end));
            ProducerStates producers = ProducerRecovery.LoadAt(
                _services, _log.Directory, _log.Segments, end, _log.Config);
            lock (_log.Gate)
                _log.Producers = producers;
        }
        catch (IOException error) when (IsFull(error))
        {
            // Half of a cut is no state to go on in, as it would be for a disk that was full before the cut.
            throw new IOException(
                $"The end was cut, and what goes with it could not be written: {error.Message}", error);
        }
    }

    private static bool IsFull(IOException error) =>
        error is not FlushFailedException && DiskErrors.CodeOf(error) == ErrorCode.StorageFull;

    private void Delete(Segment segment) =>
        _services.Deletions.Delete(segment, _log.Directory, _log.Config.FileDeleteDelayMs);
}
