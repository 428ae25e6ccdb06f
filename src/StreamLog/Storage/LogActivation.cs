namespace StreamLog.Storage;

/// <summary>Reads of a log what only those need who change it: when the first of them comes.</summary>
/// <remarks>
/// So a partition that is only there costs a start next to nothing, and a log that nobody has appended to has nothing
/// to save at the stop. Thread-safe; the caller holds none of the log's gates, so that nobody but those who need the
/// same waits for the disk. Until it is done nothing is appended and the end is not cut; segments may be trimmed or
/// compacted meanwhile.
/// </remarks>
internal sealed class LogActivation
{
    private readonly LogState _log;
    private readonly LogServices _services;

    // Held while the disk is read.
    private readonly Lock _turn = new();

    public LogActivation(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
    }

    /// <summary>Makes the log ready to be changed.</summary>
    /// <exception cref="StreamLogException">Files of the log contradict each other: it is offline now.</exception>
    /// <exception cref="IOException">The disk failed. The next call tries again.</exception>
    public void Ensure()
    {
        if (_log.IsActivated)
            return;

        lock (_turn)
        {
            // Who comes to a log that is offline or closed is refused for that.
            if (_log.IsActivated || _log.Failure is not null || _log.RetainSegment(_log.LogEndOffset) is not { } active)
                return;
            try
            {
                EnsureEpochs();
                EnsureProducers();
                Prepare(active);
            }
            finally
            {
                active.Release();
            }
        }
    }

    /// <summary>Makes sure that the leader epochs are those of the batches.</summary>
    /// <exception cref="StreamLogException">They are not: the log is offline now.</exception>
    /// <exception cref="IOException">The disk failed. The next call tries again.</exception>
    public void EnsureEpochs()
    {
        if (_log.AreEpochsChecked)
            return;

        lock (_turn)
        {
            if (_log.AreEpochsChecked)
                return;
            if (EpochCheck.FaultOf(_services, _log) is { } fault)
                throw Fail(fault);
            _log.AreEpochsChecked = true;
        }
    }

    /// <summary>Makes sure that it is known what was appended by which producer.</summary>
    /// <exception cref="StreamLogException">It cannot be known: the log is offline now.</exception>
    /// <exception cref="IOException">The disk failed. The next call tries again.</exception>
    public void EnsureProducers()
    {
        if (_log.AreProducersRead)
            return;

        lock (_turn)
        {
            if (_log.AreProducersRead)
                return;
            ProducerStates producers = _log.LogEndOffset == 0 ? new ProducerStates() : ReadProducers();
            lock (_log.Gate)
                _log.Producers = producers;
        }
    }

    /// <summary>Waits until nothing is read any more. The log has failed before, so that nothing begins.</summary>
    public void AwaitTurn()
    {
        lock (_turn)
        {
            // Whoever held it is done.
        }
    }

    private void Prepare(Segment active)
    {
        _ = active.Indexes(_log.Config);
        _ = TransactionIndexes.Of(_services, _log, _log.Segments, active);
        active.ReadFirstTimestamp();
        bool areGone = active.DeleteIndexes();
        lock (_log.Gate)
        {
            _log.AreNamesDirty |= areGone;
            _log.IsActivated = true;
        }
    }

    // Over the segments that there were at one moment: what a trim or a swap has taken away meanwhile, and what was
    // noted beside it, may tell half of it.
    private ProducerStates ReadProducers()
    {
        while (true)
        {
            Segment[] segments = _log.Segments;
            if (segments.Length == 0)
                throw Closed();
            try
            {
                if (ProducerRecovery.TryLoad(_services, _log, segments) is { } producers
                    && ReferenceEquals(segments, _log.Segments))
                {
                    return producers;
                }
            }
            catch (Exception error) when (error is StreamLogException || DiskErrors.IsOfDisk(error))
            {
                if (!ReferenceEquals(segments, _log.Segments))
                    continue;
                if (error is not StreamLogException fault)
                    throw;
                throw Fail(new StreamLogException(
                    ErrorCode.KafkaStorageError,
                    $"Partition {_log.Partition} is offline: nothing can be appended while it is not known what was " +
                    $"appended last. {fault.Message}",
                    fault));
            }
        }
    }

    private StreamLogException Fail(StreamLogException fault)
    {
        _log.TryFail(fault);
        return fault;
    }

    private StreamLogException Closed() => _log.Failure is { } failure
        ? new StreamLogException(failure.ErrorCode, failure.Message, failure)
        : new StreamLogException(ErrorCode.NotLeaderOrFollower, $"Partition {_log.Partition} has been closed.");
}
