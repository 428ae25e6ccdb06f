using System.Runtime.CompilerServices;
using StreamLog.Extensibility;
using StreamLog.Threading;

namespace StreamLog.Storage;

/// <summary>Brings a log to the disk, one flush at a time. The flush loop owns the turn.</summary>
internal sealed partial class LogFlusher
{
    private readonly LogState _log;
    private readonly LogServices _services;

    public LogFlusher(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
    }

    /// <summary>Flushes what is in the log now, the sealed segments first.</summary>
    /// <returns><see langword="true"/> if the durable offset moved up.</returns>
    /// <exception cref="FlushFailedException">The disk refused: nobody may try again.</exception>
    /// <exception cref="IOException">The disk failed, or is full, for a file beside the log's.</exception>
    [AsyncMethodBuilder(typeof(SharedPoolMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync()
    {
        if (!TryBegin(out FlushPlan plan))
            return false;

        try
        {
            foreach (SealedSegment old in plan.Unflushed)
            {
                GiveSpaceBack(plan, old.Segment);
                await old.Segment.File.DataSyncAsync().ConfigureAwait(false);
                SaveBeside(plan, old);
            }

            await plan.Active.File.DataSyncAsync().ConfigureAwait(false);
            if (plan.AreNamesDirty)
                _services.Files.SyncDirectory(_log.Directory);
        }
        finally
        {
            plan.Release();
        }

        if (!TryPublish(plan))
            return false;

        try
        {
            lock (_log.NotesGate)
            {
                // Compaction has noted by itself how far the log was flushed where it took that segment away.
                if (IsStillTrue(plan) && plan.Mark.SegmentBaseOffset >= _log.CompactedOffset)
                    _services.Marks.Append(plan.Mark);
            }
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            // The records are on the disk all the same. Without its mark recovery only knows less about it.
            Log.MarkNotWritten(_services.Logger, _log.Partition, error.Message);
        }

        return true;
    }

    // Before the flush, which then covers it: after it nothing of a sealed file is unflushed.
    private void GiveSpaceBack(in FlushPlan plan, Segment old)
    {
        lock (_log.NotesGate)
        {
            if (IsStillTrue(plan))
                old.Space.GiveBack(old.SizeInBytes);
        }
    }

    // The files beside a sealed segment can all be built anew from it, so a full disk does not hold up its records.
    private void SaveBeside(in FlushPlan plan, SealedSegment old)
    {
        try
        {
            lock (_log.NotesGate)
            {
                if (!IsStillTrue(plan))
                    return;

                // A trim may have taken it away, and the next one too.
                Segment[] segments = _log.Segments;
                if (Array.IndexOf(segments, old.Segment) >= 0)
                    old.Segment.SaveIndexes(_log.Config);
                if (!Array.Exists(segments, segment => segment.BaseOffset == old.EndOffset))
                    return;
                string path = LogFileNames.PathOf(_log.Directory, old.EndOffset, LogFileNames.Snapshot);
                AtomicFile.Write(_services.Files, path, old.Snapshot);
            }
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error) && DiskErrors.CodeOf(error) == ErrorCode.StorageFull)
        {
            Log.IndexNotWritten(_services.Logger, old.Segment.File.Path, error.Message);
        }
    }

    // After a cut the files would tell of what is gone; after a close the directory may be that of another log by now.
    private bool IsStillTrue(in FlushPlan plan) => _log.Truncations == plan.Truncations && _log.Failure is null;

    private bool TryBegin(out FlushPlan plan)
    {
        lock (_log.Gate)
        {
            plan = default;
            bool isDirty = _log.LogEndOffset > _log.DurableOffset || _log.Unflushed.Count > 0 || _log.AreNamesDirty;
            if (!isDirty || _log.IsCutting || _log.Failure is not null || _log.Segments.Length == 0)
                return false;

            _log.AssertInvariants();
            Segment active = _log.Active;
            SealedSegment[] unflushed = _log.Unflushed.Count == 0 ? [] : [.. _log.Unflushed];
            if (!active.TryRetain())
                return false;
            foreach (SealedSegment old in unflushed)
            {
                if (!old.Segment.TryRetain())
                    throw new InvalidOperationException("A segment was closed before it was flushed.");
            }

            FlushMark mark = new(
                _log.TopicId, _log.Partition.Partition, _log.LogEndOffset, active.BaseOffset, active.SizeInBytes);
            plan = new FlushPlan(active, unflushed, _log.AreNamesDirty, _log.Truncations, mark);
            return true;
        }
    }

    private bool TryPublish(in FlushPlan plan)
    {
        lock (_log.Gate)
        {
            // What was cut meanwhile is no longer what was flushed. The cut has flushed what it left.
            if (!IsStillTrue(plan))
                return false;

            foreach (SealedSegment old in plan.Unflushed)
                _log.Unflushed.Remove(old);
            // A roll after the plan was made has dirtied the names again.
            if (plan.AreNamesDirty && _log.Unflushed.Count == 0 && ReferenceEquals(_log.Active, plan.Active))
                _log.AreNamesDirty = false;

            if (plan.Mark.Offset <= _log.DurableOffset)
                return false;
            _log.DurableOffset = plan.Mark.Offset;
            return true;
        }
    }

    private readonly record struct FlushPlan(
        Segment Active, SealedSegment[] Unflushed, bool AreNamesDirty, int Truncations, FlushMark Mark)
    {
        public void Release()
        {
            Active.Release();
            foreach (SealedSegment old in Unflushed)
                old.Segment.Release();
        }
    }
}
