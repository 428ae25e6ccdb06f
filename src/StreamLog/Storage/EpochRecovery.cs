namespace StreamLog.Storage;

/// <summary>Reads the leader epochs of a log that is being opened, and holds them against its batches.</summary>
/// <remarks>A step of <see cref="LogRecovery"/>, on its thread.</remarks>
internal sealed class EpochRecovery
{
    private readonly RecoveringLog _recovery;
    private readonly LogState _log;
    private readonly string _path;
    private bool _areKnown;

    public EpochRecovery(RecoveringLog recovery)
    {
        _recovery = recovery;
        _log = recovery.State;
        _path = Path.Combine(recovery.Directory, LogFileNames.LeaderEpochs);
    }

    /// <summary>Reads the file, where there is a sound one.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Load()
    {
        byte[]? content = AtomicFile.Read(_recovery.Files, _path);
        LeaderEpochs? epochs = content is null ? null : LeaderEpochs.Decode(content);
        _areKnown = epochs is not null;
        _log.Epochs = epochs ?? LeaderEpochs.Empty;
    }

    /// <summary>Notes the epochs that a scan has found, where there is no file that knows them.</summary>
    public void Note(IReadOnlyList<(int Epoch, long StartOffset)> epochs)
    {
        if (_areKnown)
            return;
        foreach ((int epoch, long startOffset) in epochs)
            Note(epoch, startOffset);
    }

    /// <summary>
    /// Fits the epochs to where the log begins and ends, and checks them; without a file, builds them anew.
    /// </summary>
    /// <exception cref="StreamLogException">They contradict the batches.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Check(long logStart, long end)
    {
        if (!_areKnown)
        {
            Rebuild();
            if (_log.Epochs.Latest >= 0)
            {
                _recovery.WriteIfThereIsRoom(
                    () => AtomicFile.Replace(_recovery.Files, _path, _log.Epochs.Encode()));
            }
        }

        _log.Epochs = _log.Epochs.CutAt(end).StartAt(logStart);
        if (_log.Epochs.Entries.Count == 0 || logStart == end)
            return;

        // Kafka's file has no checksum. Each boundary in it must be one in the log: the batches on both sides say so.
        CheckAt(logStart, isBoundary: false);
        foreach ((int _, long startOffset) in _log.Epochs.Entries)
        {
            if (startOffset <= logStart)
                continue;
            CheckAt(startOffset - 1, isBoundary: false);
            CheckAt(startOffset, isBoundary: true);
        }

        CheckAt(end - 1, isBoundary: false);
    }

    private void CheckAt(long offset, bool isBoundary)
    {
        Segment segment = _recovery.Segments[LogState.FindIndex([.. _recovery.Segments], offset)];
        int epoch = _log.Epochs.EpochAt(offset);
        if (epoch < 0 && !_recovery.Services.Checkpoints.AreLogStartsKnown)
            return; // Epochs begin where the log was trimmed to, and nobody knows that any more.
        if (!SegmentTail.TryFind(segment, offset, _log.Config, out BatchAt batch))
            return; // Compacted away, or corrupt: a read will tell.
        if (batch.LeaderEpoch == epoch && (!isBoundary || batch.BaseOffset == offset))
            return;

        throw _recovery.Offline(
            _path, 0, offset,
            $"it says that the leader epoch there is {epoch}, and {segment.File.Path} at byte {batch.Position} says " +
            $"{batch.LeaderEpoch}; if the segment is sound, delete the former to have it built anew");
    }

    private void Rebuild()
    {
        _log.Epochs = LeaderEpochs.Empty;
        foreach (Segment segment in _recovery.Segments)
        {
            using BatchWalker walker = new(segment.File, 0, segment.SizeInBytes, readBodies: false);
            while (walker.MoveNext())
                Note(walker.Header.PartitionLeaderEpoch, walker.Header.BaseOffset);
        }
    }

    private void Note(int epoch, long startOffset)
    {
        if (epoch > _log.Epochs.Latest)
            _log.Epochs = _log.Epochs.With(epoch, startOffset);
    }
}
