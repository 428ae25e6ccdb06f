namespace StreamLog.Storage;

/// <summary>Cuts a log at its end or at its start, durably.</summary>
/// <remarks>
/// For the log's owner, who appends nothing meanwhile. Readers go on. Nothing here is flushed under the log's gate.
/// Order: what says how far the log may be believed is lowered before the log is, and the start is raised before the
/// files go.
/// </remarks>
internal sealed class LogCutter
{
    private readonly LogState _log;
    private readonly LogServices _services;
    private readonly EpochCheckpoint _epochs;

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
    public void TruncateTo(long offset)
    {
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

        FlushMark mark = new(_log.TopicId, _log.Partition.Partition, end, last.BaseOffset, position);
        _services.Marks.Lower(mark);
        _services.Checkpoints.LowerRecoveryPoint(_log.Partition, end);
        Segment[] removed = segments[(index + 1)..];
        lock (_log.Gate)
        {
            _log.AssertInvariants();
            _log.Truncations++;
            _log.Tail.Clear();
            _log.LogEndOffset = end;
            _log.DurableOffset = Math.Min(_log.DurableOffset, end);
            last.Publish(position, end);
            last.File.SetLength(position);
            last.SetIndexes(SegmentIndexes.Rebuild(last.File, last.BaseOffset, position, _log.Config));
            _log.Segments = segments[..(index + 1)];
            _log.Unflushed.RemoveAll(old => old.Segment.BaseOffset >= last.BaseOffset);
        }

        // The newest go first, so that a crash in between leaves no gap.
        foreach (Segment segment in removed.Reverse())
            Delete(segment);
        last.DeleteIndexes();
        last.File.DataSync();
        _services.Files.SyncDirectory(_log.Directory);
        _epochs.Replace(epochs => epochs.CutAt(end));
        ProducerStates producers = ProducerRecovery.Load(
            _services, _log.Directory, _log.Segments, end, _log.Config);
        lock (_log.Gate)
            _log.Producers = producers;
    }

    /// <summary>Raises the start, and deletes the segments wholly below it.</summary>
    /// <exception cref="IOException">The disk failed: the log must go offline.</exception>
    public void TrimTo(long offset)
    {
        if (offset <= _log.LogStartOffset)
            return;

        _services.Checkpoints.SaveLogStart(_log.Partition, offset);
        Segment[] removed;
        lock (_log.Gate)
        {
            _log.AssertInvariants();
            _log.LogStartOffset = offset;
            Segment[] segments = _log.Segments;
            int kept = 0;
            while (kept < segments.Length - 1 && segments[kept].NextOffset <= offset)
                kept++;
            removed = segments[..kept];
            _log.Segments = segments[kept..];
            _log.Unflushed.RemoveAll(old => removed.Contains(old.Segment));
        }

        _epochs.Replace(epochs => epochs.StartAt(offset));
        foreach (Segment segment in removed)
            Delete(segment);
        if (removed.Length > 0)
            _services.Files.SyncDirectory(_log.Directory);
    }

    private static void Delete(Segment segment)
    {
        segment.MarkDeleted();
        segment.Release();
        segment.DeleteMarked();
    }
}
