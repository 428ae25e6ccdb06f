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
    /// Notes that an epoch begins at the end of the log. Older ones, and the same one again, change nothing.
    /// </summary>
    /// <exception cref="IOException">The disk failed or is full; the epoch is not assigned.</exception>
    public void Assign(int epoch)
    {
        lock (_gate)
        {
            LeaderEpochs before = _log.Epochs;
            if (epoch <= before.Latest)
                return;

            // From here on batches of older epochs are refused, so the epoch begins where the log ends now.
            LeaderEpochs after;
            lock (_log.Gate)
                _log.Epochs = after = before.With(epoch, _log.LogEndOffset);
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

    private void Write(LeaderEpochs epochs) => AtomicFile.Replace(
        _services.Files, Path.Combine(_log.Directory, LogFileNames.LeaderEpochs), epochs.Encode());
}
