using StreamLog.Extensibility;
using StreamLog.Storage.Compaction;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>
/// Finds the segments of a log that is being opened, and clears away what an unfinished change has left beside them.
/// </summary>
/// <remarks>A step of <see cref="LogRecovery"/>, on its thread. It opens none of the files.</remarks>
internal sealed class SegmentDiscovery
{
    private readonly RecoveringLog _recovery;
    private readonly HandleCache _files;
    private readonly string _directory;
    private readonly List<Segment> _segments;

    public SegmentDiscovery(RecoveringLog recovery)
    {
        _recovery = recovery;
        _files = recovery.Files;
        _directory = recovery.Directory;
        _segments = recovery.Segments;
    }

    /// <summary>Opens the segments there are, or creates the first one.</summary>
    /// <exception cref="StreamLogException">Segments are missing that had been flushed.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void OpenSegments()
    {
        _recovery.Entries = SwapRecovery.Run(_recovery, _files.List(_directory));
        foreach (FileSystemEntry entry in _recovery.Entries)
            Take(entry);

        if (_segments.Count > 0)
        {
            FinishTrim();
            DeleteStrayIndexes();
            CheckFirst();
            return;
        }

        if (_recovery.FlushedOffset > _recovery.LogStart)
            throw _recovery.Offline(_directory, 0, _recovery.LogStart, "there is no segment file");
        StartAt(_recovery.LogStart);
    }

    /// <summary>
    /// Begins the log anew where its start was raised to: that is durable, and what lay below it had not been flushed.
    /// Nothing of it is wanted.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void RestartAtLogStart()
    {
        _recovery.Unflushed.Clear();
        while (_segments.Count > 0)
        {
            Segment segment = _segments[^1];
            _segments.RemoveAt(_segments.Count - 1);
            segment.Release();
            segment.MarkDeleted();
            segment.DeleteMarked();
        }

        StartAt(_recovery.LogStart);
    }

    /// <summary>
    /// Deletes what is remembered of producers from beyond the end of the log, and from earlier stops.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void DeleteStraySnapshots(long end)
    {
        List<long> offsets = [];
        foreach (FileSystemEntry entry in _recovery.Entries)
        {
            if (LogFileNames.TryParse(entry.Name, LogFileNames.Snapshot, out long offset))
                offsets.Add(offset);
        }

        if (ProducerRecovery.DeleteStrays(_files, _directory, offsets, _segments, end))
            _files.SyncDirectory(_directory);
    }

    private void StartAt(long logStart)
    {
        LogServices services = _recovery.Services;
        LogConfig config = _recovery.State.Config;
        _segments.Add(Segment.Create(
            _files, _directory, logStart, config.Preallocate ? config.SegmentBytes : 0, services.NowMs,
            services.NextRollJitterMs(config)));

        // In a directory that has never held a record, the first epoch forces all names to disk before there is one.
        if (_recovery.State.Epochs.Latest >= 0)
            _files.SyncDirectory(_directory);
    }

    private void Take(FileSystemEntry entry)
    {
        if (entry.IsDirectory)
            return;

        string path = Path.Combine(_directory, entry.Name);
        if (LogFileNames.IsLeftOver(entry.Name))
        {
            _files.DeleteFile(path);
        }
        else if (LogFileNames.TryParse(entry.Name, LogFileNames.Log, out long baseOffset))
        {
            _segments.Add(new Segment(_files, _directory, baseOffset, _files.Attach(path), indexes: null)
            {
                CreatedMs = _recovery.Services.NowMs,
                RollJitterMs = _recovery.Services.NextRollJitterMs(_recovery.State.Config),
                FoundLength = entry.Length,
            });
        }
    }

    // A trim raises the start before it deletes, and a crash may leave any of the files that it deleted.
    private void FinishTrim()
    {
        while (_segments.Count > 1 && _segments[1].BaseOffset <= _recovery.LogStart)
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
        foreach (FileSystemEntry entry in _recovery.Entries)
        {
            if (LogFileNames.TryParseIndex(entry.Name, out long offset) && !offsets.Contains(offset))
                _files.DeleteFile(Path.Combine(_directory, entry.Name));
        }
    }

    // Nothing but a trim takes segments away at the start, and it notes that before.
    private void CheckFirst()
    {
        long logStart = _recovery.LogStart;
        if (!_recovery.Services.Checkpoints.AreLogStartsKnown)
        {
            LeaderEpochs epochs = _recovery.State.Epochs;
            if (epochs.Entries.Count == 0)
                return; // Nobody knows where the log began.
            logStart = Math.Max(logStart, epochs.Entries[0].StartOffset);
        }

        if (logStart < _segments[0].BaseOffset && logStart < _recovery.FlushedOffset)
        {
            throw _recovery.Offline(
                LogFileNames.PathOf(_directory, logStart, LogFileNames.Log), 0, logStart,
                $"the file is missing, and the first one there is begins at offset {_segments[0].BaseOffset}");
        }
    }
}
