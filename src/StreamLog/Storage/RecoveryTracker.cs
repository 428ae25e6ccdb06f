using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

/// <summary>Counts what is opened while a node starts, and tells how far it has come: the log, and who asked.</summary>
/// <remarks>
/// Owned by a <see cref="LogDirectory"/>. Thread-safe: partitions are opened beside one another. Who asked is told by
/// one thread at a time, with no lock held. Outside of a start nothing is told.
/// </remarks>
internal sealed partial class RecoveryTracker
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _directory;
    private readonly IProgress<RecoveryProgress>? _progress;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private int _partitions;
    private int _opened;
    private int _offline;
    private long _bytesToScan;
    private long _bytesScanned;
    private long _startedAt;
    private long _reportedAt;
    private long _loggedAt;
    private bool _isRunning;
    private bool _isReporting;

    public RecoveryTracker(
        TimeProvider time, ILogger logger, string directory, IProgress<RecoveryProgress>? progress)
    {
        _time = time;
        _logger = logger;
        _directory = directory;
        _progress = progress;
    }

    /// <summary>Begins with a number of partitions to open.</summary>
    public void Begin(int partitions)
    {
        lock (_gate)
        {
            _partitions = partitions;
            _opened = 0;
            _offline = 0;
            _bytesToScan = 0;
            _bytesScanned = 0;
            _startedAt = _reportedAt = _loggedAt = _time.GetTimestamp();
            _isRunning = true;
        }

        Report(isDue: true);
    }

    /// <summary>Notes that bytes of a segment have to be scanned.</summary>
    public void Found(long bytes)
    {
        lock (_gate)
            _bytesToScan += bytes;
    }

    /// <summary>Notes that bytes of a segment were scanned.</summary>
    public void Scanned(long bytes)
    {
        lock (_gate)
            _bytesScanned += bytes;
        Report(isDue: false);
    }

    /// <summary>Notes that a partition was opened.</summary>
    public void Opened(bool isOnline)
    {
        lock (_gate)
        {
            _opened++;
            _offline += isOnline ? 0 : 1;
        }

        Report(isDue: false);
    }

    /// <summary>Ends it. No partition is being opened any more.</summary>
    public void End()
    {
        RecoveryProgress now = Report(isDue: true);
        lock (_gate)
            _isRunning = false;
        Log.Opened(_logger, _directory, now.Opened, now.Partitions, now.Offline, now.BytesScanned, now.Elapsed);
    }

    private RecoveryProgress Report(bool isDue)
    {
        RecoveryProgress now;
        bool isLogDue;
        lock (_gate)
        {
            long timestamp = _time.GetTimestamp();
            now = new RecoveryProgress
            {
                Partitions = _partitions,
                Opened = _opened,
                Offline = _offline,
                BytesToScan = _bytesToScan,
                BytesScanned = _bytesScanned,
                Elapsed = _time.GetElapsedTime(_startedAt, timestamp),
            };
            bool isReportDue = isDue || _time.GetElapsedTime(_reportedAt, timestamp) >= ReportInterval;
            if (!_isRunning || _isReporting || !isReportDue)
                return now;
            _isReporting = true;
            _reportedAt = timestamp;
            isLogDue = _time.GetElapsedTime(_loggedAt, timestamp) >= LogInterval;
            if (isLogDue)
                _loggedAt = timestamp;
        }

        if (isLogDue)
        {
            Log.Opening(
                _logger, _directory, now.Opened, now.Partitions, now.BytesScanned, now.BytesToScan, now.Elapsed);
        }

        try
        {
            _progress?.Report(now);
        }
        catch (Exception error)
        {
            // A start does not fail because nobody could be told of it.
            Log.ProgressFailed(_logger, error);
        }

        lock (_gate)
            _isReporting = false;
        return now;
    }
}
