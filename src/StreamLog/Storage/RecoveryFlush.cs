using System.Buffers;

namespace StreamLog.Storage;

/// <summary>Brings to the disk what was scanned while a log was opened, and notes that it is there.</summary>
/// <remarks>A step of <see cref="LogRecovery"/>, on its thread.</remarks>
internal sealed class RecoveryFlush
{
    private readonly RecoveringLog _recovery;
    private readonly LogState _log;

    public RecoveryFlush(RecoveringLog recovery)
    {
        _recovery = recovery;
        _log = recovery.State;
    }

    /// <summary>
    /// Writes once more and flushes what was scanned. What was read may come from the cache of the system, and may
    /// never reach the disk by itself: after a flush that failed the system takes such pages for written. After this
    /// they are there, and may be served.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void FlushScanned()
    {
        if (_recovery.Unflushed.Count == 0)
            return;

        // What had been flushed is there with its name. A segment that is still empty may have been rolled just before
        // the end, unless there has never been a record.
        Segment active = _recovery.Segments[^1];
        bool areNamesDirty = active.SizeInBytes == 0 && _log.Epochs.Latest >= 0;
        foreach ((Segment segment, long start, bool _) in _recovery.Unflushed)
        {
            if (start >= segment.SizeInBytes)
                continue;
            Rewrite(segment, start);
            segment.File.DataSync();
            areNamesDirty = true;
        }

        foreach ((Segment segment, long _, bool isWhole) in _recovery.Unflushed)
        {
            if (!isWhole)
                continue; // Its indexes are built when somebody looks something up.
            if (segment.Transactions is null)
                segment.SetTransactions(FindAborted(segment));
            if (ReferenceEquals(segment, active))
                continue;
            segment.Indexes(_log.Config).Seal();
            _recovery.WriteIfThereIsRoom(() => segment.SaveIndexes(_log.Config));
            areNamesDirty = true;
        }

        if (areNamesDirty)
            _recovery.Files.SyncDirectory(_recovery.Directory);
    }

    /// <summary>
    /// Notes how far the log is flushed now: what was scanned may be served, so it is durable from here on, and
    /// corruption if it is ever found otherwise.
    /// </summary>
    public void NoteFlushed()
    {
        Segment active = _recovery.Segments[^1];
        bool isNoted = active.NextOffset == _recovery.Mark.Offset
            && active.BaseOffset == _recovery.Mark.SegmentBaseOffset
            && active.SizeInBytes == _recovery.Mark.Position;
        if (_recovery.Unflushed.Count == 0 || isNoted)
            return;

        _recovery.WriteIfThereIsRoom(() => _recovery.Services.Marks.Append(new FlushMark(
            _log.TopicId, _log.Partition.Partition, active.NextOffset, active.BaseOffset, active.SizeInBytes)));
    }

    // The file may be of a time before the crash; what was scanned is believed, and nothing else.
    private TransactionIndex FindAborted(Segment segment)
    {
        LogServices services = _recovery.Services;
        ProducerStates producers = ProducerRecovery.LoadAt(
            services, _log.Directory, _recovery.Segments, segment.BaseOffset, _log.Config);
        return ProducerRecovery.FindAborted(producers, segment, services.NowMs);
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
                    throw _recovery.Offline(segment.File.Path, position, segment.BaseOffset, "the file became shorter");
                segment.File.Write(buffer.AsSpan(0, read), position);
                position += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
