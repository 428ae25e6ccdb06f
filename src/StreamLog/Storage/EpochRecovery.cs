namespace StreamLog.Storage;

/// <summary>Reads the leader epochs of a log that is being opened, or finds them in its batches.</summary>
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

    /// <summary>Gets whether there was a sound file.</summary>
    public bool AreKnown => _areKnown;

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
    /// Fits the epochs to where the log begins and ends; without a file, builds them anew. <see cref="EpochCheck"/>
    /// holds them against the batches when they are first relied on.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Fit(long logStart, long end)
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
