using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Storage.Compaction;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>One data directory: its lock, its identity, its partitions and their checkpoints.</summary>
/// <remarks>
/// Owned by a node. Thread-safe. A timer flushes what nobody waits for, forces the flush marks to disk and writes
/// checkpoints.
/// </remarks>
internal sealed partial class LogDirectory : IAsyncDisposable
{
    public const string LockFileName = "streamlog.lock";

    // Kafka's producer.id.expiration.ms: a day without a batch.
    private static readonly TimeSpan ProducerExpiration = TimeSpan.FromDays(1);

    private readonly HandleCache _files;
    private readonly LogDirectorySettings _settings;
    private readonly LogServices _services;
    private readonly DirectoryIdentity _identity;
    private readonly IDisposable _lock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<TopicPartition, PartitionLog> _logs = [];
    private readonly HashSet<TopicPartition> _opening = [];
    private StreamLogException? _failure;
    private bool _isDisposed;

    // Whether the logs were handed to who stops them: one that is opened now comes too late.
    private bool _areTaken;

    // Touched by the timer's call alone, which _isTicking keeps to one at a time.
    private ITimer? _timer;
    private long _lastCheckpoint;
    private int _isTicking;

    private LogDirectory(
        INodeEnvironment env,
        string path,
        LogDirectorySettings settings,
        ILogger logger,
        StreamLogMetrics metrics,
        IDisposable held)
    {
        _files = new HandleCache(env.Files, settings.OpenFilesMax);
        _settings = settings;
        _logger = logger;
        _lock = held;
        Path = path;
        _identity = DirectoryIdentity.Open(env, path, settings);
        long? stopped = CleanShutdownFile.Take(_files, path);
        WasCleanShutdown = stopped is not null;
        StoppedBrokerEpoch = stopped ?? CleanShutdownFile.NoEpoch;
        BrokerEpoch = StoppedBrokerEpoch;
        DirectoryCheckpoints checkpoints = new(_files, path, logger);
        FlushMarks marks = FlushMarks.Open(_files, path);
        DiskReserve reserve = new(_files, path, settings.ReserveBytes, logger);
        _files.SyncDirectory(path);
        _services = new LogServices
        {
            Files = _files,
            Time = env.Time,
            Settings = settings,
            Marks = marks,
            Checkpoints = checkpoints,
            Reserve = reserve,
            Flushes = new FlushLoop(settings.ParallelFlushMax),
            Tails = new TailBudget(settings.TailCachesBytesMax),
            Recovery = new RecoveryTracker(env.Time, logger, path, settings.RecoveryProgress),
            Deletions = new SegmentDeletion(_files, env.Time, logger),
            Logger = logger,
            Metrics = metrics,
            Directories = new PartitionDirectories(_files, path),
            FailDirectory = Fail,
            NextRandom = env.NextRandom,
        };
        _lastCheckpoint = env.Time.GetTimestamp();
        Maintenance = new MaintenanceLoop(env.Time, logger, metrics.Maintenance);
        Retention = new RetentionTask(this, settings.RetentionCheckInterval, logger);
        Scrub = new ScrubTask(this, _services);
        Compaction = new CompactionTask(this, _services, new SipHash128(NextKey(env), NextKey(env)));
    }

    /// <summary>Gets what runs the tasks that look after the logs.</summary>
    public MaintenanceLoop Maintenance { get; }

    /// <summary>Gets the task that reads through sealed segments.</summary>
    public ScrubTask Scrub { get; }

    /// <summary>Gets the task that deletes old segments.</summary>
    public RetentionTask Retention { get; }

    /// <summary>Gets the task that compacts logs.</summary>
    public CompactionTask Compaction { get; }

    /// <summary>Gets the room that is set aside for what must be written on a full disk.</summary>
    public DiskReserve Reserve => _services.Reserve;

    /// <summary>Gets what counts the partitions that a start opens.</summary>
    public RecoveryTracker Recovery => _services.Recovery;

    /// <summary>Gets where it is.</summary>
    public string Path { get; }

    /// <summary>Gets the id that the directory keeps for life.</summary>
    public Guid DirectoryId => _identity.DirectoryId;

    /// <summary>Gets the cluster it belongs to.</summary>
    public string ClusterId => _identity.ClusterId;

    /// <summary>Gets the node it belongs to.</summary>
    public int NodeId => _identity.NodeId;

    /// <summary>Gets whether it was stopped in order the last time.</summary>
    public bool WasCleanShutdown { get; }

    /// <summary>Gets why it can be used no more, or <see langword="null"/>.</summary>
    public StreamLogException? Failure => Volatile.Read(ref _failure);

    /// <summary>Gets how many bytes may still be written.</summary>
    public long AvailableBytes => _files.AvailableBytes(Path);

    /// <summary>
    /// Gets the epoch of the node's registration that the last stop in order ended, or -1: if it is still the newest,
    /// nothing has happened since, and this run may go on where that one stopped.
    /// </summary>
    public long StoppedBrokerEpoch { get; }

    /// <summary>Gets or sets the epoch of the node's registration, which a stop in order notes.</summary>
    public long BrokerEpoch { get; set; }

    /// <summary>Opens a directory, or creates it.</summary>
    /// <exception cref="StreamLogException">
    /// Another process holds it, it cannot be written, it is something else than a data directory or another node's, or
    /// a newer version wrote it.
    /// </exception>
    public static LogDirectory Open(
        INodeEnvironment env,
        string path,
        LogDirectorySettings settings,
        ILoggerFactory loggers,
        StreamLogMetrics? metrics = null)
    {
        ILogger logger = loggers.CreateLogger("StreamLog.Storage");
        path = System.IO.Path.GetFullPath(path);
        IDisposable? held = null;
        try
        {
            CreateDirectory(env.Files, path);
            held = env.Files.TryLock(System.IO.Path.Combine(path, LockFileName)) ?? throw new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"The data directory {path} is in use: another process, or another node in this one, holds " +
                $"{LockFileName}. Stop " +
                "it, or give this node a directory of its own.");
            LogDirectory directory = new(
                env, path, settings, logger, metrics ?? StreamLogMetrics.Unobserved, held);
            directory._timer = env.Time.CreateTimer(
                static state => ((LogDirectory)state!).Tick(),
                directory, settings.FlushInterval, settings.FlushInterval);
            directory.Maintenance.Add(directory.Retention);
            directory.Maintenance.Add(directory.Scrub);
            directory.Maintenance.Add(new RepairTask());
            directory.Maintenance.Add(directory.Compaction);
            Log.Opened(logger, path, directory.NodeId, directory.ClusterId, directory.WasCleanShutdown);
            return directory;
        }
        catch (Exception error)
        {
            held?.Dispose();
            if (!DiskErrors.IsOfDisk(error))
                throw;
            throw new StreamLogException(
                DiskErrors.CodeOf(error),
                $"The data directory {path} cannot be opened for writing: {error.Message} Check that it exists, " +
                $"that this " +
                "process may write to it and that its disk is not mounted read-only, or choose another directory.",
                error);
        }
    }

    /// <summary>
    /// Opens a partition, or creates it. One that is corrupt is opened offline: its Failure says why.
    /// </summary>
    /// <exception cref="StreamLogException">The directory is closed or offline, or a new partition could not be
    /// created.</exception>
    public PartitionLog OpenPartition(TopicPartition tp, Guid topicId, LogConfig config)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            if (_logs.ContainsKey(tp) || !_opening.Add(tp))
                throw new InvalidOperationException($"Partition {tp} is open already.");
        }

        // Outside of the gate: a scan may take long, and others are opened, flushed and failed meanwhile.
        PartitionLog? log = null;
        try
        {
            log = new PartitionLog(OpenFiles(tp, topicId, config, WasCleanShutdown), _services);
            return log;
        }
        finally
        {
            Add(tp, log);

            // The directory may have failed meanwhile, and then it told only those that it knew.
            if (log is not null && Volatile.Read(ref _failure) is { } failure)
                log.GoOffline(failure);
        }
    }

    // Ends an opening. A stop that did not wait for it knows nothing of the log, and would leave it open for good.
    private void Add(TopicPartition tp, PartitionLog? log)
    {
        lock (_gate)
        {
            _opening.Remove(tp);
            if (log is null)
                return;
            if (!_areTaken)
            {
                _logs.Add(tp, log);
                return;
            }
        }

        log.Close();
        throw new ObjectDisposedException(nameof(LogDirectory), $"{Path} was closed while {tp} was opened.");
    }

    /// <summary>Lists the partitions that have files here.</summary>
    public IReadOnlyList<TopicPartition> FindPartitions() => _services.Directories.Find();

    /// <summary>Reads whose records the files of a partition hold.</summary>
    /// <returns>The topic, or <see langword="null"/> where no file says that.</returns>
    public Guid? FindTopic(TopicPartition tp) => _services.Directories.FindTopic(tp);

    /// <summary>Deletes the files of partitions, with one flush for all of them. Open logs are closed first.</summary>
    /// <returns>Those whose files could not be deleted, and why.</returns>
    /// <exception cref="StreamLogException">The disk failed. Any of the files may be there at the next
    /// start.</exception>
    public IReadOnlyDictionary<TopicPartition, Exception> DeletePartitions(IReadOnlyList<TopicPartition> partitions)
    {
        try
        {
            Dictionary<TopicPartition, Exception> failures = [];
            TopicPartition[] found;
            lock (_gate)
            {
                ThrowIfUnusable();
                found = [.. partitions.Where(Close)];
                if (found.Length == 0)
                    return failures;

                _services.Reserve.Write(() => _services.Checkpoints.Forget(found));
                _services.Directories.Doom(found, failures);
                _services.Directories.SyncNames();
            }

            // The names are free from here on, and what they stood for is in nobody's way.
            _services.Directories.DeleteDoomed(found.Where(tp => !failures.ContainsKey(tp)));
            return failures;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            FailIfNotFlushed(error);
            throw new StreamLogException(
                DiskErrors.CodeOf(error), $"Partitions could not be deleted from {Path}: {error.Message}", error);
        }
    }

    /// <summary>Forgets how far the partitions of deleted topics had been flushed.</summary>
    public void ForgetMarks(IReadOnlySet<Guid> topicIds) => _services.Marks.Forget(topicIds);

    /// <summary>Closes a partition, if it is open, and leaves its files alone: they are somebody else's.</summary>
    public void LetGo(TopicPartition tp)
    {
        lock (_gate)
        {
            if (_logs.Remove(tp, out PartitionLog? log))
                log.Close();
        }
    }

    // Tells whether there is anything of it to delete.
    private bool Close(TopicPartition tp)
    {
        if (_logs.Remove(tp, out PartitionLog? log))
        {
            log.Close();
            _services.Marks.Forget(log.TopicId, tp.Partition);
        }

        string path = _services.Directories.PathOf(tp);
        _services.Deletions.Forget(path);
        return _files.DirectoryExists(path);
    }

    /// <summary>
    /// Flushes what nobody asked for, and writes marks and checkpoints when they are due. The timer calls it.
    /// </summary>
    internal void Tick()
    {
        if (Interlocked.Exchange(ref _isTicking, 1) != 0)
            return;
        try
        {
            PartitionLog[] logs = OpenLogs();
            foreach (PartitionLog log in logs)
            {
                if (log.LogEndOffset > log.DurableOffset)
                    log.RequestFlush();
            }

            _services.Marks.Sync();
            if (_services.Time.GetElapsedTime(_lastCheckpoint) < _settings.CheckpointInterval)
                return;
            _lastCheckpoint = _services.Time.GetTimestamp();
            _services.Reserve.Restore();
            WriteCheckpoints();
            long expired = _services.NowMs - (long)ProducerExpiration.TotalMilliseconds;
            foreach (PartitionLog log in logs)
            {
                log.ExpireProducers(expired);
                log.ForgetIdleIndexes();
            }
        }
        catch (FlushFailedException error)
        {
            Fail(error);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            // Nothing was promised that this would keep: the next turn tries to write again.
            Log.CheckpointFailed(_logger, Path, error.Message);
        }
        catch (Exception error)
        {
            // A mistake of ours. Thrown from a timer it would end the process that StreamLog is a guest of.
            Log.TickFailed(_logger, error, Path);
            Fail(error);
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    /// <summary>Writes recovery points, log starts and high watermarks now.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    internal void WriteCheckpoints()
    {
        _services.Checkpoints.Save([.. OpenLogs().Select(log => log.State)]);
        _services.Marks.Compact();
    }

    /// <summary>Lists the logs that are open now; none while it closes.</summary>
    internal PartitionLog[] OpenLogs()
    {
        lock (_gate)
            return _isDisposed ? [] : [.. _logs.Values];
    }

    private static ulong NextKey(INodeEnvironment env)
    {
        Span<byte> bytes = stackalloc byte[16];
        bool isWritten = env.NewId().TryWriteBytes(bytes);
        Invariant.Holds(isWritten);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }

    private static void CreateDirectory(IFileSystem files, string path)
    {
        if (files.DirectoryExists(path))
        {
            PartitionDirectories.DeleteDoomed(files, path);
            return;
        }

        // From the first that is missing on, so that a name is on the disk before anything lies below it.
        string? parent = System.IO.Path.GetDirectoryName(path);
        if (parent is not null && !files.DirectoryExists(parent))
            CreateDirectory(files, parent);
        files.CreateDirectory(path);
        if (parent is not null)
            files.SyncDirectory(parent);
    }

    // Nobody may try again: a second flush could succeed without having written anything.
    private void FailIfNotFlushed(Exception error)
    {
        if (error is FlushFailedException)
            Fail(error);
    }

    private LogState OpenFiles(TopicPartition tp, Guid topicId, LogConfig config, bool wasClean)
    {
        string path = _services.Directories.PathOf(tp);
        LogState state = new(tp, topicId, path, config, _settings, _services.Tails);
        long begunAt = _services.Time.GetTimestamp();
        try
        {
            Guid? foundId = _services.Directories.FindTopic(tp);
            if (foundId is null)
                _services.Directories.Create(tp, topicId);

            if (foundId is { } other && other != topicId)
                state.TryFail(WrongTopic(tp, path, other, topicId));
            else
                LogRecovery.Open(_services, state, wasClean);
            _services.Metrics.Storage.Recovered(_services.Time.GetElapsedTime(begunAt));
            _services.Recovery.Opened(isOnline: state.Failure is null);
            return state;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            FailIfNotFlushed(error);
            throw new StreamLogException(
                DiskErrors.CodeOf(error), $"Partition {tp} could not be created in {path}: {error.Message}", error);
        }
    }

    private static StreamLogException WrongTopic(TopicPartition tp, string path, Guid found, Guid wanted) => new(
        ErrorCode.KafkaStorageError,
        $"Partition {tp} is offline: {path} holds records of the topic with id {DirectoryIdentity.Encode(found)}, " +
        $"says its {LogFileNames.PartitionMetadata}, and {DirectoryIdentity.Encode(wanted)} was expected. Restore " +
        "that file if it is damaged, or move the directory away if its records are not needed.");

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_failure is { } failure)
            throw new StreamLogException(failure.ErrorCode, failure.Message, failure);
    }

    // What the whole directory rests on could not be flushed. All of it is done with until it is opened again.
    private void Fail(Exception error)
    {
        StreamLogException failure = new(
            ErrorCode.KafkaStorageError,
            $"The data directory {Path} is offline: {error.Message} Check the disk and start the node again.", error);
        PartitionLog[] logs;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            logs = [.. _logs.Values];
        }

        Log.WentOffline(_logger, Path, error.Message);
        foreach (PartitionLog log in logs)
            log.GoOffline(failure);
    }
}
