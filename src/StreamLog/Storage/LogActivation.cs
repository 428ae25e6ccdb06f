namespace StreamLog.Storage;

/// <summary>Reads of a log what only those need who change it: when the first of them comes.</summary>
/// <remarks>
/// So a partition that is only there costs a start next to nothing, and a log that nobody has appended to has nothing
/// to save at the stop. Thread-safe; the caller holds none of the log's gates, so that nobody but those who need the
/// same waits for the disk. Until it is done nothing is appended and the end is not cut; segments may be trimmed or
/// compacted meanwhile.
/// </remarks>
internal sealed partial class LogActivation
{
    private readonly LogState _log;
    private readonly LogServices _services;

    // Held while the disk is read.
    private readonly Lock _turn = new();

    // Guarded by _turn. What was told of the disk, which has not been read since.
    private ScrubFinding? _finding;

    public LogActivation(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
    }

    /// <summary>Makes the log ready to be changed.</summary>
    /// <exception cref="StreamLogException">Its files contradict each other: it is offline now. Or the disk failed: the
    /// next call tries again.</exception>
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
                Read(() => Prepare(active));
            }
            finally
            {
                active.Release();
            }
        }
    }

    /// <summary>Makes sure that the leader epochs are those of the batches.</summary>
    /// <exception cref="StreamLogException">They are not: the log is offline now. Or the disk failed: the next call
    /// tries again.</exception>
    public void EnsureEpochs()
    {
        if (_log.AreEpochsChecked)
            return;

        lock (_turn)
        {
            if (!_log.AreEpochsChecked)
                Read(CheckEpochs);
        }
    }

    /// <summary>Makes sure that it is known what was appended by which producer.</summary>
    /// <exception cref="StreamLogException">It cannot be known: the log is offline now. Or the disk failed: the next
    /// call tries again.</exception>
    public void EnsureProducers()
    {
        if (_log.AreProducersRead)
            return;

        lock (_turn)
        {
            if (!_log.AreProducersRead)
                Read(ReadProducers);
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

    private void CheckEpochs()
    {
        if (EpochCheck.FaultOf(_services, _log) is { } fault)
        {
            _log.TryFail(fault);
            throw fault;
        }

        _log.AreEpochsChecked = true;
    }

    private void ReadProducers()
    {
        ProducerStates producers = _log.LogEndOffset == 0 ? new ProducerStates() : LoadProducers();
        lock (_log.Gate)
            _log.Producers = producers;
    }

    private void Prepare(Segment active)
    {
        _ = active.Indexes(_log.Config);
        try
        {
            _ = TransactionIndexes.Of(_services, _log, active);
        }
        catch (StreamLogException fault)
        {
            throw Fail(fault);
        }

        active.ReadFirstTimestamp();
        bool areGone = active.DeleteIndexes();
        _ = active.Indexes(_log.Config); // Given back meanwhile, perhaps; from here on they are not.
        lock (_log.Gate)
        {
            _log.AreNamesDirty |= areGone;
            _log.IsActivated = true;
        }
    }

    // Over the segments that there were at one moment: what a trim or a swap has taken away meanwhile, and what was
    // noted beside it, may tell half of it.
    private ProducerStates LoadProducers()
    {
        while (true)
        {
            Segment[] segments = _log.Segments;
            if (segments.Length == 0)
                _log.ThrowIfFailed(); // It was closed.
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
                throw Fail(fault);
            }
        }
    }

    private StreamLogException Fail(StreamLogException fault)
    {
        StreamLogException failure = new(
            ErrorCode.KafkaStorageError,
            $"Partition {_log.Partition} is offline: nothing can be appended while it is not known what was appended " +
            $"last. {fault.Message}",
            fault);
        _log.TryFail(failure);
        return failure;
    }

    // What is only read takes nothing offline: the disk may be well again, or the process have handles again. Until
    // then the health tells.
    private void Read(Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            string message =
                $"Partition {_log.Partition} could not be made ready to append to: {error.Message} Check the disk.";
            Note(message);
            throw new StreamLogException(ErrorCode.KafkaStorageError, message, error);
        }

        if (_finding is not { } finding)
            return;
        _finding = null;
        _log.Forget(finding);
    }

    private void Note(string message)
    {
        Segment[] segments = _log.Segments;
        if (_finding is not null || _log.Failure is not null || segments.Length == 0)
            return;
        ScrubFinding finding = new()
        {
            Partition = _log.Partition,
            File = segments[^1].File.Path,
            Position = 0,
            Offset = _log.LogEndOffset,
            Fault = message,
        };
        if (!_log.TryNote(segments[^1], finding))
            return; // It is known that it cannot be read.
        _finding = finding;
        Log.NotReady(_services.Logger, _log.Partition, message);
    }
}
