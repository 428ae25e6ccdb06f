using StreamLog.Extensibility;
using StreamLog.Storage.Compaction;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>Repairs the files of a log that is closed, on the operator's word.</summary>
/// <remarks>
/// <para>
/// Afterwards every offset from the start of the log to where it had been flushed is in a sound batch again, with
/// batches without records in the place of what was lost. A crash at any moment leaves segments that are repaired and
/// segments that are not, and copies of all that was cut out of the former.
/// </para>
/// <para>One object repairs one log, on one thread.</para>
/// </remarks>
internal sealed class PartitionRepair
{
    private readonly LogServices _services;
    private readonly LogState _log;
    private readonly HandleCache _files;
    private readonly RepairResult _result;

    private readonly List<(long BaseOffset, string Path, RepairSource Source)> _segments = [];

    private long _logStart;
    private long _flushedOffset;
    private bool _hasMark;
    private FlushMark _mark;

    private PartitionRepair(LogServices services, LogState log, RepairResult result)
    {
        _services = services;
        _log = log;
        _files = services.Files;
        _result = result;
    }

    /// <summary>Repairs a log.</summary>
    /// <param name="services">What the directory lends.</param>
    /// <param name="log">Which log; nothing of it is open.</param>
    /// <param name="result">Where what was done is told, also when the disk fails half-way.</param>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void Run(LogServices services, LogState log, RepairResult result)
    {
        PartitionRepair repair = new(services, log, result);
        try
        {
            repair.Run();
        }
        finally
        {
            foreach ((long _, string _, RepairSource source) in repair._segments)
                source.Dispose();
        }
    }

    private void Run()
    {
        RecoveringLog known = new(_services, _log, wasClean: false);
        _logStart = known.LogStart;
        _flushedOffset = known.FlushedOffset;
        _hasMark = _services.Marks.TryGet(_log.TopicId, _log.Partition.Partition, out _mark);
        FinishSwaps(known);
        OpenSegments();
        if (_segments.Count == 0 && _flushedOffset <= _logStart)
            return;

        LeaderEpochs epochs = RepairEpochs.Choose(
            _files,
            _log.Directory,
            [.. _segments.Select(segment => (IFile)segment.Source)],
            _services.Checkpoints.AreLogStartsKnown ? _logStart : null);
        if (!_services.Checkpoints.AreLogStartsKnown && epochs.Entries.Count > 0)
            _logStart = Math.Max(_logStart, epochs.Entries[0].StartOffset);
        Repair(epochs);
    }

    // What a compaction was about to put in the place of segments, some of which may be gone already. A file that is
    // damaged itself replaces nothing: it is kept for the operator.
    private void FinishSwaps(RecoveringLog known)
    {
        while (true)
        {
            IReadOnlyList<FileSystemEntry> entries = _files.List(_log.Directory);
            try
            {
                SwapRecovery.Run(known, entries);
                return;
            }
            catch (StreamLogException error)
            {
                FileSystemEntry swap = entries.First(entry => LogFileNames.TryParse(
                    entry.Name, LogFileNames.Log + LogFileNames.Swap, out _)
                    && error.Message.Contains(entry.Name, StringComparison.Ordinal));
                LogFileNames.TryParse(swap.Name, LogFileNames.Log + LogFileNames.Swap, out long baseOffset);
                string path = Path.Combine(_log.Directory, swap.Name);
                using (IFile file = _files.Open(path, FileOpenMode.OpenRead))
                    new RecoveryCut(_files, _log.Directory).Keep(file, 0, file.Length, baseOffset);
                _files.DeleteFile(path);
                _files.SyncDirectory(_log.Directory);
            }
        }
    }

    private void OpenSegments()
    {
        foreach (FileSystemEntry entry in _files.List(_log.Directory))
        {
            if (entry.IsDirectory || !LogFileNames.TryParse(entry.Name, LogFileNames.Log, out long baseOffset))
                continue;
            string path = Path.Combine(_log.Directory, entry.Name);
            RepairSource source = new(_files.Open(path, FileOpenMode.OpenRead));
            _segments.Add((baseOffset, path, source));
        }

        // What an unfinished trim left is for recovery to delete.
        while (_segments.Count > 1 && _segments[1].BaseOffset <= _logStart)
        {
            _segments[0].Source.Dispose();
            _segments.RemoveAt(0);
        }
    }

    private void Repair(LeaderEpochs epochs)
    {
        bool areStartsKnown = _services.Checkpoints.AreLogStartsKnown || epochs.Entries.Count > 0;
        long next = _logStart;
        int epoch = -1;
        for (int i = 0; i < _segments.Count; i++)
        {
            (long baseOffset, string path, RepairSource source) = _segments[i];
            bool isMissing = next < baseOffset && (i > 0 || (areStartsKnown && next < _flushedOffset));
            if (isMissing)
                epoch = CreateMissing(next, baseOffset, epoch, epochs, isLast: false);

            long? limit = i == _segments.Count - 1 ? null : _segments[i + 1].BaseOffset;
            RepairPlan plan = new(baseOffset, path, source, epoch);
            new RepairScan(plan, epochs, limit, _flushedOffset).Run();
            if (plan.IsChanged)
                Rewrite(plan, isLast: limit is null && plan.EndOffset >= _flushedOffset);
            next = plan.EndOffset;
            epoch = plan.LastEpoch;
        }

        if (next < _flushedOffset)
            CreateMissing(next, _flushedOffset, epoch, epochs, isLast: true);
    }

    // Segments of nothing but batches without records, for offsets of which there is no file.
    private int CreateMissing(long start, long end, int epoch, LeaderEpochs epochs, bool isLast)
    {
        while (start < end)
        {
            string path = LogFileNames.PathOf(_log.Directory, start, LogFileNames.Log);
            RepairPlan plan = new(start, path, file: null, epoch);
            long furthest = Math.Min(end, start + int.MaxValue);
            plan.Remove(0, 0, furthest - start, "the file is missing");
            plan.Fill(furthest, epochs);
            Rewrite(plan, isLast && furthest == end);
            start = plan.EndOffset;
            epoch = plan.LastEpoch;
        }

        return epoch;
    }

    private void Rewrite(RepairPlan plan, bool isLast)
    {
        List<LostRecords> lost = new SegmentRewrite(_files, _log.Directory).Run(
            plan, beforeSwap: isLast ? () => ForgetPosition(plan.BaseOffset) : static () => { });
        _result.Lost.AddRange(lost);
        _result.MendedBatches += plan.MendedBatches;
    }

    // The mark says how many bytes of the active segment had been flushed, and those of the new file are others.
    private void ForgetPosition(long activeBaseOffset)
    {
        if (!_hasMark)
            return;
        _services.Marks.Append(_mark with { SegmentBaseOffset = activeBaseOffset, Position = 0 });
        _services.Marks.Sync();
    }
}
