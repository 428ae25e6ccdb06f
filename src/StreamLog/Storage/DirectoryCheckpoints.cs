using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>The files of a directory that hold an offset for each partition.</summary>
/// <remarks>Thread-safe. A partition that is not open keeps the entries that were found.</remarks>
internal sealed partial class DirectoryCheckpoints
{
    public const string RecoveryPoints = "recovery-point-offset-checkpoint";
    public const string LogStarts = "log-start-offset-checkpoint";
    public const string HighWatermarks = "replication-offset-checkpoint";
    public const string Compacted = "cleaner-offset-checkpoint";

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly ILogger _logger;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate, which is held while a file is written: a later state never loses to an earlier one.
    private readonly Dictionary<TopicPartition, long> _recoveryPoints;
    private readonly Dictionary<TopicPartition, long> _logStarts;
    private readonly Dictionary<TopicPartition, long> _highWatermarks;
    private readonly Dictionary<TopicPartition, long> _compacted;

    // Whether the files name partitions that were forgotten: the disk was full.
    private bool _mustForget;
    private bool _mustForgetCompacted;

    /// <summary>Reads the files. One that is missing or corrupt costs time and no records.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public DirectoryCheckpoints(IFileSystem files, string directory, ILogger logger)
    {
        _files = files;
        _directory = directory;
        _logger = logger;
        _recoveryPoints = Load(RecoveryPoints, out _);
        _logStarts = Load(LogStarts, out bool areLogStartsKnown);
        _highWatermarks = Load(HighWatermarks, out _);
        _compacted = Load(Compacted, out _);
        AreLogStartsKnown = areLogStartsKnown;
    }

    /// <summary>Gets whether there was a sound file of log starts. Without one, they follow from the epochs.</summary>
    public bool AreLogStartsKnown { get; }

    /// <summary>Gets what stood in the files for a partition; zeros where nothing did.</summary>
    public (long RecoveryPoint, long LogStart, long HighWatermark) Get(TopicPartition partition)
    {
        lock (_gate)
        {
            return (
                _recoveryPoints.GetValueOrDefault(partition),
                _logStarts.GetValueOrDefault(partition),
                _highWatermarks.GetValueOrDefault(partition));
        }
    }

    /// <summary>Notes where logs stand, and writes all files.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Save(IReadOnlyList<LogState> logs)
    {
        lock (_gate)
        {
            foreach (LogState log in logs)
            {
                if (log.Failure is not null)
                    continue; // What stands in the files is the last that is known to be true.
                _recoveryPoints[log.Partition] = log.DurableOffset;
                _highWatermarks[log.Partition] = log.HighWatermark;
                NoteLogStart(log.Partition, log.LogStartOffset);
            }

            Write(RecoveryPoints, _recoveryPoints);
            Write(LogStarts, _logStarts);
            Write(HighWatermarks, _highWatermarks);
            _files.SyncDirectory(_directory);
        }
    }

    /// <summary>Raises the start of a log, durably, before its files go.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    /// <exception cref="StreamLogException">The log was closed meanwhile: its name may soon be another's.</exception>
    public void SaveLogStart(LogState log, long logStartOffset)
    {
        lock (_gate)
        {
            log.ThrowIfFailed();
            long before = _logStarts.GetValueOrDefault(log.Partition);
            NoteLogStart(log.Partition, logStartOffset);
            try
            {
                Write(LogStarts, _logStarts);
                _files.SyncDirectory(_directory);
            }
            catch
            {
                // What was refused must not come true with the next checkpoint.
                _logStarts[log.Partition] = before;
                throw;
            }
        }
    }

    /// <summary>Lowers a recovery point, durably, before the log is cut there.</summary>
    public void LowerRecoveryPoint(TopicPartition partition, long offset)
    {
        lock (_gate)
        {
            if (_recoveryPoints.GetValueOrDefault(partition) <= offset)
                return;
            _recoveryPoints[partition] = offset;
            Write(RecoveryPoints, _recoveryPoints);
            _files.SyncDirectory(_directory);
        }
    }

    /// <summary>Returns how far compaction has come in a partition, or <see langword="null"/> where it never
    /// ran.</summary>
    public long? GetCompacted(TopicPartition partition)
    {
        lock (_gate)
            return _compacted.TryGetValue(partition, out long offset) ? offset : null;
    }

    /// <summary>Notes how far compaction has come.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void SaveCompacted(TopicPartition partition, long offset)
    {
        lock (_gate)
        {
            _compacted[partition] = offset;
            Write(Compacted, _compacted);
            _files.SyncDirectory(_directory);
        }
    }

    /// <summary>Lowers how far compaction has come, before the log is cut there.</summary>
    public void LowerCompacted(TopicPartition partition, long offset)
    {
        lock (_gate)
        {
            if (_compacted.GetValueOrDefault(partition) <= offset)
                return;
            _compacted[partition] = offset;
            Write(Compacted, _compacted);
            _files.SyncDirectory(_directory);
        }
    }

    /// <summary>
    /// Forgets partitions, durably, before their directories go: others of the same names may come after them.
    /// </summary>
    public void Forget(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (TopicPartition partition in partitions)
            {
                bool isKnown = _recoveryPoints.Remove(partition);
                isKnown |= _logStarts.Remove(partition);
                isKnown |= _highWatermarks.Remove(partition);
                bool isCompacted = _compacted.Remove(partition);
                _mustForget |= isKnown || isCompacted;
                _mustForgetCompacted |= isCompacted;
            }

            if (!_mustForget)
                return;
            Write(RecoveryPoints, _recoveryPoints);
            Write(LogStarts, _logStarts);
            Write(HighWatermarks, _highWatermarks);
            if (_mustForgetCompacted)
                Write(Compacted, _compacted);
            _files.SyncDirectory(_directory);
            _mustForget = false;
            _mustForgetCompacted = false;
        }
    }

    // A start never falls: what is noted by the turn of the clock may be older than what a trim has noted before it.
    private void NoteLogStart(TopicPartition partition, long logStartOffset)
    {
        if (logStartOffset > _logStarts.GetValueOrDefault(partition))
            _logStarts[partition] = logStartOffset;
    }

    private Dictionary<TopicPartition, long> Load(string name, out bool isKnown)
    {
        string path = Path.Combine(_directory, name);
        byte[]? content = AtomicFile.Read(_files, path);
        Dictionary<TopicPartition, long>? offsets = content is null ? null : OffsetCheckpoint.Decode(content);
        isKnown = offsets is not null;
        if (content is not null && !isKnown)
            Log.CheckpointIgnored(_logger, path);
        return offsets ?? [];
    }

    private void Write(string name, Dictionary<TopicPartition, long> offsets) =>
        AtomicFile.Write(_files, Path.Combine(_directory, name), OffsetCheckpoint.Encode(offsets));
}
