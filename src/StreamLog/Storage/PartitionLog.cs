using System.Runtime.CompilerServices;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Storage.Compaction;
using StreamLog.Threading;

namespace StreamLog.Storage;

/// <summary>One partition's log: segments of record batches in one directory.</summary>
/// <remarks>
/// Owned by a <see cref="LogDirectory"/>. Thread-safe. Appends take the log's gate for the check of sequences, the
/// stamp and one write; flushes and reads do not. Events are raised with no gate held.
/// </remarks>
internal sealed partial class PartitionLog
{
    private readonly LogState _log;
    private readonly LogServices _services;
    private readonly EpochCheckpoint _epochs;
    private readonly LogActivation _activation;
    private readonly LogWriter _writer;
    private readonly LogFlusher _flusher;
    private readonly LogReader _reader;
    private readonly LogCutter _cutter;
    private readonly TimestampSearch _timestamps;
    private FlushTimer? _flushTimer;
    private int _isOfflineTold;
    private int _isClosed;

    internal PartitionLog(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
        _epochs = new EpochCheckpoint(log, services);
        _activation = new LogActivation(log, services);
        _writer = new LogWriter(log, services, _activation);
        _flusher = new LogFlusher(log, services);
        _reader = new LogReader(log, services);
        _cutter = new LogCutter(log, services, _epochs);
        _timestamps = new TimestampSearch(log);
        _isOfflineTold = log.Failure is null ? 0 : 1;
    }

    /// <summary>
    /// Raised when <see cref="DurableOffset"/> has moved up: on the thread of the flush, with no gate held.
    /// </summary>
    public event Action<PartitionLog>? DurableAdvanced;

    /// <summary>Raised once, when the log has gone offline: no gate held.</summary>
    public event Action<PartitionLog>? WentOffline;

    /// <summary>Gets the partition.</summary>
    public TopicPartition TopicPartition => _log.Partition;

    /// <summary>Gets the id of its topic.</summary>
    public Guid TopicId => _log.TopicId;

    /// <summary>Gets how it is kept.</summary>
    public LogConfig Config => _log.Config;

    /// <summary>Gets whether it can be used. Once offline it stays so until the directory is opened again.</summary>
    public bool IsOnline => _log.Failure is null;

    /// <summary>Gets why it is offline: which file, which byte, which offset, and what can be done.</summary>
    public StreamLogException? Failure => _log.Failure;

    /// <summary>Gets the first offset that can be read.</summary>
    public long LogStartOffset => _log.LogStartOffset;

    /// <summary>Gets the offset that the next record will get.</summary>
    public long LogEndOffset => _log.LogEndOffset;

    /// <summary>Gets the offset below which everything is on the disk.</summary>
    public long DurableOffset => _log.DurableOffset;

    /// <summary>
    /// Gets or sets the high watermark as its owner decides it. The log only keeps it in
    /// <c>replication-offset-checkpoint</c>, and starts with what stood there.
    /// </summary>
    public long HighWatermark
    {
        get => _log.HighWatermark;
        set => _log.HighWatermark = value;
    }

    /// <summary>
    /// Gets the offset below which every transaction has ended, and its end lies below the high watermark: how far
    /// readers of committed records alone may look.
    /// </summary>
    public long LastStableOffset
    {
        get
        {
            try
            {
                _activation.EnsureProducers();
                long highWatermark = _log.HighWatermark;
                if (_log.Producers.HasNoTransactions)
                    return Math.Max(_log.LogStartOffset, highWatermark);
                lock (_log.Gate)
                    return Math.Max(_log.LogStartOffset, _log.Producers.LastStableOffset(_log.HighWatermark));
            }
            catch (StreamLogException)
            {
                TellIfOffline();
                return _log.LogStartOffset;
            }
        }
    }

    /// <summary>Gets <see cref="LastStableOffset"/> where that is known without reading what there is of producers, and
    /// otherwise -1.</summary>
    public long KnownLastStableOffset => _log.AreProducersRead ? LastStableOffset : -1;

    /// <summary>Gets the epoch of the last leader that was assigned, or -1.</summary>
    public int LatestEpoch => _log.Epochs.Latest;

    /// <summary>Gets the bytes of all segments.</summary>
    public long SizeInBytes => _log.Segments.Sum(segment => (long)segment.SizeInBytes);

    /// <summary>Gets the segments, the oldest first.</summary>
    public IReadOnlyList<SegmentView> Segments
    {
        get
        {
            Segment[] segments = _log.Segments;
            return [.. segments.Select((segment, index) => ViewOf(segment, index == segments.Length - 1))];
        }
    }

    internal LogState State => _log;

    /// <summary>Changes how the log is kept, from the next append on.</summary>
    public void UpdateConfig(LogConfig config) => _log.Config = config;

    /// <summary>
    /// Appends batches as the leader: validates them, checks sequences, stamps offset and epoch on a copy, and writes
    /// it. Does not flush. Keeps and changes the caller's buffer only where that was handed over.
    /// </summary>
    /// <param name="batches">One batch from a client; a coordinator or the quorum may append several.</param>
    /// <param name="leaderEpoch">The epoch of the leadership that appends. A new one is assigned first.</param>
    /// <param name="origin">Who appends.</param>
    /// <param name="verifiedAt">The mark that had ended the producer's last transaction here when this one was
    /// verified; <see langword="null"/> where nobody has to verify it.</param>
    public AppendResult AppendAsLeader(
        RecordBuffer batches,
        int leaderEpoch,
        AppendOrigin origin = AppendOrigin.Client,
        long? verifiedAt = null)
    {
        if (!_epochs.IsDurable(leaderEpoch))
        {
            try
            {
                AssignEpochStart(leaderEpoch);
            }
            catch (StreamLogException error)
            {
                return AppendResult.Refused(error.ErrorCode, error.Message);
            }
        }

        AppendResult result = _writer.Append(batches, leaderEpoch, origin, verifiedAt);
        if (!result.IsSuccess)
            TellIfOffline();
        else if (!result.IsDuplicate)
            NoteAppended(batches.Length, result);
        return result;
    }

    /// <summary>
    /// Wakes the flush loop. The owner calls it after an append that must become durable; hold no lock.
    /// </summary>
    public void RequestFlush() => _services.Flushes.Request(this);

    /// <summary>
    /// Sees to the flushes that the topic asks for by <c>flush.messages</c> and <c>flush.ms</c>. The owner calls it
    /// after an append that does not wait for the disk; hold no lock.
    /// </summary>
    public void RequestFlushIfDue()
    {
        LogConfig config = _log.Config;
        bool isSoon = config.FlushMs < _services.FlushIntervalMs;
        if (config.FlushMessages == long.MaxValue && !isSoon)
            return;

        if (config.FlushMs == 0 || _log.LogEndOffset - _log.DurableOffset >= config.FlushMessages)
            RequestFlush();
        else if (isSoon)
            TimerOfFlushes().Arm(config.FlushMs);
    }

    /// <summary>Reads whole batches.</summary>
    /// <param name="offset">The first offset wanted.</param>
    /// <param name="limitOffset">The offset to stay below: a high watermark, or <see cref="LogEndOffset"/>.</param>
    /// <param name="maxBytes">How many bytes are wanted at most.</param>
    /// <param name="atLeastOneBatch">Whether the first batch is returned even if it is larger than that.</param>
    public LogReadResult Read(long offset, long limitOffset, int maxBytes, bool atLeastOneBatch) =>
        _reader.Read(new ReadWindow(offset, limitOffset, maxBytes, atLeastOneBatch));

    /// <summary>Finds the first record whose timestamp is at or after the one given.</summary>
    /// <exception cref="StreamLogException">The log is offline, or corrupt where it was read.</exception>
    public OffsetAndTimestamp? FindOffsetByTimestamp(long timestampMs) => _timestamps.FindFirst(timestampMs);

    /// <summary>Finds the first record with the latest timestamp of all.</summary>
    /// <exception cref="StreamLogException">The log is offline, or corrupt where it was read.</exception>
    public OffsetAndTimestamp? FindMaxTimestamp() => _timestamps.FindLatest();

    /// <summary>Finds the aborted transactions that have records in a range of offsets.</summary>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset behind the last one.</param>
    /// <exception cref="StreamLogException">The log is offline, or its disk failed.</exception>
    public IReadOnlyList<AbortedTransaction> AbortedTransactions(long from, long to)
    {
        _log.ThrowIfFailed();
        return TransactionIndexes.Collect(_services, _log, from, to);
    }

    /// <summary>Tells of a producer's transaction here, to be asked before it is verified.</summary>
    /// <param name="producerId">The producer.</param>
    /// <returns>The epoch of an open one or -1, and the offset of the mark that ended the last one or -1.</returns>
    /// <exception cref="StreamLogException">The log is offline, or its disk failed.</exception>
    public (short OpenEpoch, long EndedAt) TransactionOf(long producerId)
    {
        _log.ThrowIfFailed();
        EnsureProducers();
        lock (_log.Gate)
            return _log.Producers.TransactionOf(producerId);
    }

    /// <summary>Takes a picture of what is remembered of the producers.</summary>
    /// <returns>The producers, by id.</returns>
    /// <exception cref="StreamLogException">The log is offline, or its disk failed.</exception>
    public IReadOnlyList<ProducerView> DescribeProducers()
    {
        _log.ThrowIfFailed();
        EnsureProducers();
        lock (_log.Gate)
            return [.. _log.Producers.Entries.Select(ProducerView.Of).OrderBy(producer => producer.ProducerId)];
    }

    /// <summary>
    /// Returns where the epoch ended: (epoch, end) as Kafka's OffsetsForLeaderEpoch; (-1, -1) if unknown.
    /// </summary>
    /// <exception cref="StreamLogException">The log is offline, or its epochs are not those of its
    /// batches.</exception>
    public (int Epoch, long EndOffset) EndOffsetForEpoch(int epoch)
    {
        _log.ThrowIfFailed();
        if (!_log.AreEpochsChecked)
            Change("checking leader epochs", _activation.EnsureEpochs);
        return _log.Epochs.EndOffsetFor(epoch, _log.LogEndOffset);
    }

    /// <summary>
    /// Has the leader of this epoch begin at the log's end, in memory: the first append of it writes that down. Older
    /// epochs change nothing.
    /// </summary>
    public void BeginEpoch(int epoch) => _epochs.Begin(epoch);

    /// <summary>
    /// Notes durably that the leader of this epoch begins at the log's end. Older epochs change nothing.
    /// </summary>
    /// <exception cref="StreamLogException">The log is offline, or the disk is full.</exception>
    public void AssignEpochStart(int epoch) => Change("assigning leader epoch", () => _epochs.Assign(epoch));

    /// <summary>Cuts the log so that it ends at the offset. The owner appends nothing meanwhile.</summary>
    /// <exception cref="StreamLogException">The log is offline, or the offset lies outside.</exception>
    public void TruncateTo(long offset)
    {
        ThrowIfOutside(offset);
        Change("truncating", () =>
        {
            _activation.Ensure();
            _cutter.TruncateTo(offset);
        });
        if (_log.LogEndOffset > _log.DurableOffset)
            RequestFlush(); // A flush that overlapped with the cut has told of nothing.
    }

    /// <summary>Raises the start of the log durably, and deletes the segments wholly below it.</summary>
    /// <exception cref="StreamLogException">The log is offline, or the offset lies beyond the end.</exception>
    public void TrimTo(long newLogStartOffset)
    {
        Change("trimming", () => _cutter.TrimOnRequest(newLogStartOffset));
    }

    /// <summary>Deletes the oldest segments that are beyond the log's time or size. An offline log stays as it
    /// is.</summary>
    /// <exception cref="StreamLogException">The disk is full, or failed, which takes the log offline unless it was only
    /// read.</exception>
    internal RetentionOutcome ApplyRetention()
    {
        RetentionOutcome outcome = default;
        if (_log.Failure is null)
        {
            Change(
                "applying retention",
                () => outcome = new LogRetention(_log, _services).Apply(_writer, _cutter));
        }

        return outcome;
    }

    /// <summary>Closes the active segment and begins another one, if it holds anything.</summary>
    /// <exception cref="StreamLogException">The log is offline, or the disk is full.</exception>
    internal bool TryRoll()
    {
        bool isRolled = false;
        Change("rolling", () => isRolled = _writer.TryRoll(_log.LogEndOffset));
        return isRolled;
    }

    /// <summary>Puts a cleaned segment in the place of those that it comes from.</summary>
    /// <returns><see langword="false"/> if the log is no longer what was cleaned: nothing was changed.</returns>
    /// <exception cref="IOException">The disk failed. If it did so half-way, the log is offline.</exception>
    internal bool TryReplace(CleanedSegment cleaned)
    {
        try
        {
            cleaned.Finish();
            return _cutter.TryReplace(cleaned);
        }
        catch (Exception error) when (error is SwapFailedException
            || (error is FlushFailedException flush && !DiskErrors.IsOfCleaned(flush)))
        {
            Fail("compacting", error);
            throw;
        }
    }

    /// <summary>Makes sure that it is known what was appended by which producer. Hold no lock.</summary>
    /// <exception cref="StreamLogException">It cannot be known: the log is offline now. Or the disk
    /// failed.</exception>
    internal void EnsureProducers()
    {
        try
        {
            _activation.EnsureProducers();
        }
        catch (StreamLogException)
        {
            TellIfOffline();
            throw;
        }
    }

    /// <summary>Gives the memory back that nobody has used since the last call.</summary>
    internal void ForgetIdleIndexes()
    {
        // Whoever appends needs those of the last segment at any time.
        int kept = _log.IsActivated ? 1 : 0;
        Segment[] segments = _log.Segments;
        foreach (Segment segment in segments.AsSpan(0, Math.Max(0, segments.Length - kept)))
            segment.ForgetIdleIndexes();
    }

    /// <summary>Forgets producers that were last heard of before a time.</summary>
    internal void ExpireProducers(long beforeMs)
    {
        lock (_log.Gate)
        {
            if (_log.AreProducersRead)
                _log.Producers.Expire(beforeMs);
        }
    }

    /// <summary>Flushes what is in the log now. For the flush loop, one call at a time. It never throws.</summary>
    [AsyncMethodBuilder(typeof(SharedPoolMethodBuilder))]
    internal async ValueTask FlushAsync()
    {
        StorageMetrics metrics = _services.Metrics.Storage;
        long startedAt = metrics.MeasuresFlushes ? _services.Time.GetTimestamp() : 0;
        try
        {
            if (await _flusher.FlushAsync().ConfigureAwait(false))
            {
                if (startedAt != 0)
                    metrics.Flushed(_services.Time.GetElapsedTime(startedAt));
                DurableAdvanced?.Invoke(this);
            }
        }
        catch (Exception error)
        {
            if (error is FlushFailedException)
                metrics.FlushFailed();

            // Nobody awaits a flush but the loop, so whatever it was ends here, and with it the log.
            Fail("flushing", error);
        }
    }

    /// <summary>Takes the log offline, because something outside of it failed.</summary>
    internal void GoOffline(StreamLogException failure)
    {
        if (_log.TryFail(failure))
            TellIfOffline();
    }

    private void NoteAppended(int bytes, in AppendResult result) => _services.Metrics.Storage.Appended(
        _log.Partition.Topic, bytes, result.LastOffset - result.BaseOffset + 1);

    private FlushTimer TimerOfFlushes()
    {
        if (Volatile.Read(ref _flushTimer) is { } existing)
            return existing;
        FlushTimer created = new(_services.Time, this);
        if (Interlocked.CompareExchange(ref _flushTimer, created, null) is not { } first)
            return created;
        created.Dispose();
        return first;
    }

    private SegmentView ViewOf(Segment segment, bool isActive)
    {
        long maxTimestamp = -1;
        try
        {
            if (segment.TryRetain())
            {
                maxTimestamp = segment.PeekIndexes(_log.Config).MaxTimestamp;
                segment.Release();
            }
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            segment.Release(); // A view tells what it can.
        }

        return new SegmentView(segment.BaseOffset, segment.NextOffset, segment.SizeInBytes, maxTimestamp, isActive);
    }

    private void ThrowIfOutside(long offset)
    {
        if (_log.Failure is null && (offset < _log.LogStartOffset || offset > _log.LogEndOffset))
            throw _log.OutOfRange(offset);
    }

    private void Change(string what, Action change)
    {
        _log.ThrowIfFailed();
        try
        {
            change();
        }
        catch (StreamLogException)
        {
            TellIfOffline();
            throw;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            if (error is not FlushFailedException && DiskErrors.CodeOf(error) == ErrorCode.StorageFull)
            {
                throw new StreamLogException(
                    ErrorCode.StorageFull, $"The disk is full: {error.Message} Free some space.", error);
            }

            Fail(what, error);
            throw new StreamLogException(ErrorCode.KafkaStorageError, _log.Failure!.Message, error);
        }
    }

    private void Fail(string what, Exception error)
    {
        if (Volatile.Read(ref _isClosed) != 0)
            return; // Its files may have gone from below a flush.

        GoOffline(new StreamLogException(
            ErrorCode.KafkaStorageError,
            $"Partition {_log.Partition} is offline: {what} at offset {_log.LogEndOffset} failed: {error.Message} " +
            $"Everything " +
            $"below offset {_log.DurableOffset} is on the disk. Check the disk and open the directory again.",
            error));

        // A log's file stands for its partition; names and checkpoints stand for the directory.
        if (error is FlushFailedException flush && !DiskErrors.IsOfLog(flush))
            _services.FailDirectory(error);
    }

    private void TellIfOffline()
    {
        if (_log.Failure is not { } failure || Volatile.Read(ref _isClosed) != 0)
            return;
        if (Interlocked.Exchange(ref _isOfflineTold, 1) != 0)
            return;

        _log.Tail.Clear();
        _services.Metrics.Storage.WentOffline(_log.Partition.Topic);
        Log.WentOffline(_services.Logger, _log.Partition, failure.Message);
        WentOffline?.Invoke(this);
    }
}
