using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Opens the files of one log, and decides what of them can be believed.</summary>
/// <remarks>
/// <para>
/// The line that decides is how far the log had been flushed: the higher one of the recovery point and the last flush
/// mark. Below it everything had reached the disk, and may have been acknowledged; what is wrong there is corruption,
/// nothing is cut, and the log stays offline. Above it a crash may have left anything; from the first batch that is not
/// sound on, everything is cut, with a copy kept where sound batches are among it.
/// </para>
/// <para>
/// The steps: <see cref="SegmentDiscovery"/>, <see cref="SegmentCheck"/>, <see cref="RecoveryFlush"/>,
/// <see cref="EpochRecovery"/>. What only those need who change the log is left to <see cref="LogActivation"/>. One
/// object opens one log, on one thread.
/// </para>
/// </remarks>
internal sealed partial class LogRecovery
{
    private readonly LogServices _services;
    private readonly LogState _log;
    private readonly RecoveringLog _recovery;

    private LogRecovery(LogServices services, LogState log, bool wasClean)
    {
        _services = services;
        _log = log;
        _recovery = new RecoveringLog(services, log, wasClean);
    }

    /// <summary>
    /// Opens a log's files. What cannot be believed leaves it offline, with the reason in its Failure.
    /// </summary>
    /// <param name="services">What the directory lends.</param>
    /// <param name="log">The log to fill.</param>
    /// <param name="wasClean">Whether the directory was stopped in order.</param>
    public static void Open(LogServices services, LogState log, bool wasClean)
    {
        LogRecovery recovery = new(services, log, wasClean);
        try
        {
            recovery.Run();
        }
        catch (StreamLogException failure)
        {
            recovery.Abandon(failure);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            recovery.Abandon(new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"Partition {log.Partition} is offline: the disk failed while it was opened: {error.Message} Check " +
                "the disk and open the directory again.",
                error));

            // A log's file stands for its partition; what cannot be flushed beside it stands for the directory.
            if (error is FlushFailedException flush && !DiskErrors.IsOfLog(flush))
                services.FailDirectory(error);
        }
    }

    private void Run()
    {
        SegmentDiscovery discovery = new(_recovery);
        EpochRecovery epochs = new(_recovery);
        RecoveryFlush flush = new(_recovery);
        List<Segment> segments = _recovery.Segments;

        epochs.Load();
        discovery.OpenSegments();
        new SegmentCheck(_recovery, epochs).Run();
        if (segments[^1].NextOffset < _recovery.LogStart)
            discovery.RestartAtLogStart();
        flush.FlushScanned();

        long end = segments[^1].NextOffset;
        long logStart = FindLogStart(end);
        epochs.Fit(logStart, end);
        _log.Segments = [.. segments];
        _log.LogEndOffset = end;
        _log.LogStartOffset = logStart;
        _log.DurableOffset = end;
        _log.HighWatermark = Math.Clamp(_recovery.HighWatermark, logStart, end);
        discovery.DeleteStraySnapshots(end);
        flush.NoteFlushed();
    }

    // The first epoch begins where the log was trimmed to, so what one file has lost the other one knows.
    private long FindLogStart(long end)
    {
        long logStart = _recovery.LogStart;
        if (!_services.Checkpoints.AreLogStartsKnown && _log.Epochs.Entries.Count > 0)
            logStart = Math.Max(logStart, _log.Epochs.Entries[0].StartOffset);
        return Math.Clamp(logStart, _recovery.Segments[0].BaseOffset, end);
    }

    private void Abandon(StreamLogException failure)
    {
        foreach (Segment segment in _recovery.Segments)
            segment.Release();
        _log.Segments = [];
        _log.TryFail(failure);
        Log.Offline(_services.Logger, _log.Partition, failure.Message);
    }
}
