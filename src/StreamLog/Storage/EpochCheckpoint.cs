namespace StreamLog.Storage;

/// <summary>
/// Keeps a log's leader epochs in its <c>leader-epoch-checkpoint</c>, ahead of the batches that have them.
/// </summary>
/// <remarks>
/// An epoch is on the disk before the first batch of it is appended; recovery takes a batch of an unknown epoch for
/// corruption. Thread-safe; its gate is taken before the log's.
/// </remarks>
internal sealed class EpochCheckpoint
{
    private readonly LogState _log;
    private readonly LogServices _services;

    private readonly Lock _gate = new();

    // Below here: written under _gate.
    private int _latestDurable;

    public EpochCheckpoint(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
        _latestDurable = log.Epochs.Latest;
    }

    /// <summary>Tells whether batches of the epoch may be appended without more ado.</summary>
    public bool IsDurable(int epoch) => Volatile.Read(ref _latestDurable) >= epoch;

    /// <summary>
    /// Begins an epoch at the end of the log, in memory: <see cref="Assign"/> writes it down before there is a batch of
    /// it. If the node ends before, nobody has seen a record of the epoch.
    /// </summary>
    public void Begin(int epoch)
    {
        lock (_gate)
            BeginAtEnd(epoch);
    }

    /// <summary>
    /// Notes durably that an epoch begins at the end of the log, or began where <see cref="Begin"/> was called. Older
    /// ones, and the same one again, change nothing.
    /// </summary>
    /// <exception cref="IOException">The disk failed or is full; the epoch is not assigned.</exception>
    /// <exception cref="StreamLogException">The log is offline or closed.</exception>
    public void Assign(int epoch)
    {
        lock (_gate)
        {
            _log.ThrowIfFailed();
            LeaderEpochs before = _log.Epochs;
            if (epoch < before.Latest || IsDurable(epoch))
                return;

            LeaderEpochs after = BeginAtEnd(epoch);
            try
            {
                Write(after);
            }
            catch
            {
                _log.Epochs = before;
                throw;
            }

            Volatile.Write(ref _latestDurable, epoch);
        }
    }

    /// <summary>Waits until nothing is written any more. The log has failed before, so that nothing begins.</summary>
    public void AwaitTurn()
    {
        lock (_gate)
        {
            // Whoever held it is done.
        }
    }

    /// <summary>Changes the epochs where the log was cut.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Replace(Func<LeaderEpochs, LeaderEpochs> change)
    {
        lock (_gate)
        {
            LeaderEpochs after = change(_log.Epochs);
            if (ReferenceEquals(after, _log.Epochs))
                return;
            _log.Epochs = after;
            Write(after);
            Volatile.Write(ref _latestDurable, after.Latest);
        }
    }

    // From here on batches of older epochs are refused, so the epoch begins where the log ends now.
    private LeaderEpochs BeginAtEnd(int epoch)
    {
        lock (_log.Gate)
        {
            return epoch <= _log.Epochs.Latest
                ? _log.Epochs
                : _log.Epochs = _log.Epochs.With(epoch, _log.LogEndOffset);
        }
    }

    private void Write(LeaderEpochs epochs)
    {
        // Before the first epoch the directory holds no record, and may not be on the disk itself.
        if (_latestDurable < 0)
            PartitionMetadataFile.Flush(_services.Files, _log.Directory, _log.TopicId);

        AtomicFile.Replace(
            _services.Files, Path.Combine(_log.Directory, LogFileNames.LeaderEpochs), epochs.Encode());
        if (_latestDurable < 0)
            _services.Directories.SyncNames();
    }
}
