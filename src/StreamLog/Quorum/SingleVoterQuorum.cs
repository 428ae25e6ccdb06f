using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Quorum;

/// <summary>The metadata log of a cluster whose only voter is this node: what its disk has is committed.</summary>
/// <remarks>
/// <para>Each term begins with the epoch in <c>quorum-state</c> and a LeaderChange record in the log, as Raft has it,
/// so that a quorum of several can take the log over.</para>
/// <para>Thread-safe. The listener is called on the thread of the flush that committed, one call at a time.</para>
/// </remarks>
internal sealed partial class SingleVoterQuorum : ICoordination
{
    /// <summary>The id that the metadata log has in every Kafka cluster.</summary>
    public static readonly Guid TopicId = new("00000000-0000-0000-0000-000000000001");

    /// <summary>The name of the metadata log.</summary>
    public static readonly TopicPartition TopicPartition = new("__cluster_metadata", 0);

    /// <summary>How large a batch of the metadata log may be. Kafka's <c>MAX_BATCH_SIZE_BYTES</c>.</summary>
    public const int BatchBytesMax = 8 * 1024 * 1024;

    /// <summary>How large a segment of it may be: a snapshot lets whole segments go, and keeps the last one.</summary>
    public const int SegmentBytes = 2 * BatchBytesMax;

    private readonly INodeEnvironment _environment;
    private readonly PartitionLog _log;
    private readonly QuorumStateFile _stateFile;
    private readonly SnapshotFiles _snapshots;
    private readonly int _nodeId;
    private readonly Guid _directoryId;
    private readonly DiskReserve _reserve;
    private readonly ILogger _logger;

    // Whether this node was stopped in order. All that it wrote is on the disk then, so it may lead on in the term.
    private readonly bool _mayGoOn;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.

    /// <summary>What is in the log and not yet on the disk, in order.</summary>
    private readonly Queue<PendingBatch> _pending = new();

    private IMetadataListener? _listener;

    /// <summary>The epoch of which this node is the controller, or -1.</summary>
    private int _epoch = -1;

    /// <summary>The offset behind the last record that the listener hears of: control records are none of its
    /// business.</summary>
    private long _recordsEnd;

    /// <summary>Whether somebody is handing batches to the listener.</summary>
    private bool _isPublishing;

    private StreamLogException? _failure;

    /// <summary>Takes charge of the metadata log.</summary>
    /// <param name="environment">The node's clock and files.</param>
    /// <param name="directory">The data directory, which the log belongs to.</param>
    /// <param name="logger">Where to log.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public SingleVoterQuorum(INodeEnvironment environment, LogDirectory directory, ILogger logger)
    {
        _environment = environment;
        _logger = logger;
        _nodeId = directory.NodeId;
        _directoryId = directory.DirectoryId;
        _mayGoOn = directory.StoppedBrokerEpoch >= 0;
        _reserve = directory.Reserve;
        LogConfig config = new() { MaxMessageBytes = BatchBytesMax, SegmentBytes = SegmentBytes };
        _log = directory.OpenPartition(TopicPartition, TopicId, config);
        if (_log.Failure is { } failure)
            throw failure;

        string path = Path.Combine(directory.Path, TopicPartition.ToString());
        _stateFile = new QuorumStateFile(environment.Files, path);
        _snapshots = new SnapshotFiles(environment.Files, path, logger);
        _log.DurableAdvanced += _ => Publish();
        _log.WentOffline += log => Fail(log.Failure!);
    }

    /// <summary>Raised once when the metadata log has failed: nothing in the data directory can be trusted from then
    /// on.</summary>
    public event Action<StreamLogException>? Failed;

    /// <inheritdoc/>
    public async ValueTask StartAsync(IMetadataListener listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(listener);

        // What recovery left in the log is this voter's, and a single voter's log is committed once it is on the disk.
        await FlushAsync().ConfigureAwait(false);
        long restored = Guard("read", () => Restore(listener));
        long end = QuorumReplay.Run(_log, Math.Max(restored, _log.LogStartOffset), listener, cancellationToken);
        lock (_gate)
        {
            Invariant.Holds(_listener is null);
            _recordsEnd = Math.Max(restored, end);
            _listener = listener;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> CampaignAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Invariant.Holds(_listener is not null);
            if (_epoch >= 0)
                return _epoch;
        }

        if (!_stateFile.TryRead(out QuorumState? state))
            Log.QuorumStateUnreadable(_logger, _log.LatestEpoch);
        if (_mayGoOn && state is not null && IsOwnTerm(state))
        {
            lock (_gate)
                return _epoch = state.LeaderEpoch;
        }

        // An epoch in which nothing was committed was told to nobody, so the log alone would do where the file is
        // damaged.
        int epoch = Math.Max(state?.LeaderEpoch ?? -1, _log.LatestEpoch) + 1;
        try
        {
            // A node starts on a full disk too, so that what is there can be read and deleted.
            QuorumState term = new(_nodeId, epoch, _nodeId, _directoryId);
            _reserve.Write(() => _stateFile.Write(term));
        }
        catch (IOException exception)
        {
            throw new StreamLogException(
                DiskErrors.CodeOf(exception),
                $"The state of the quorum could not be written: {exception.Message}",
                exception);
        }

        try
        {
            _log.AssignEpochStart(epoch);
        }
        catch (StreamLogException full) when (full.ErrorCode == ErrorCode.StorageFull && _reserve.TryRelease())
        {
            _log.AssignEpochStart(epoch);
        }

        using (RecordBuffer change = QuorumBatches.BuildLeaderChange(_nodeId, _directoryId, NowMs))
            Append(change, epoch);

        await FlushAsync().ConfigureAwait(false);
        lock (_gate)
            _epoch = epoch;
        Log.Leads(_logger, epoch);
        return epoch;
    }

    /// <inheritdoc/>
    public async ValueTask<long> AppendAsync(
        int controllerEpoch,
        long expectedEndOffset,
        IReadOnlyList<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentOutOfRangeException.ThrowIfZero(records.Count, nameof(records));
        cancellationToken.ThrowIfCancellationRequested();

        PendingBatch pending;
        using (RecordBuffer batch = QuorumBatches.Build(records, NowMs))
        {
            lock (_gate)
            {
                if (_failure is { } failure)
                    throw failure;
                if (controllerEpoch != _epoch)
                {
                    throw new StreamLogException(
                        ErrorCode.NotController,
                        $"The controller of epoch {controllerEpoch} was replaced: it is {_epoch} now.");
                }

                if (expectedEndOffset < _recordsEnd)
                {
                    throw new StreamLogException(
                        ErrorCode.InvalidUpdateVersion,
                        $"The metadata log has moved on from {expectedEndOffset} to {_recordsEnd}. Decide again.");
                }

                AppendResult appended = Append(batch, controllerEpoch);
                pending = new PendingBatch(appended.BaseOffset, appended.LastOffset + 1, controllerEpoch, records);
                _pending.Enqueue(pending);
                _recordsEnd = pending.EndOffset;
            }
        }

        _log.RequestFlush();
        return await pending.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask SnapshotAsync(
        long endOffset,
        int controllerEpoch,
        IEnumerable<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(endOffset, _recordsEnd);
            if (_failure is { } failure)
                throw failure;
        }

        SnapshotId id = new(endOffset, controllerEpoch);
        if (_snapshots.Newest is null || _snapshots.Newest.Value.CompareTo(id) < 0)
            Guard("written", () => Write(id, records, cancellationToken));

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Fail(new StreamLogException(ErrorCode.NotController, "This node has stopped."), isExpected: true);
        return ValueTask.CompletedTask;
    }

    private bool IsOwnTerm(QuorumState state) =>
        state.LeaderId == _nodeId && state.VotedDirectoryId == _directoryId && state.LeaderEpoch == _log.LatestEpoch;

    private long NowMs => _environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private AppendResult Append(RecordBuffer batch, int epoch)
    {
        AppendResult appended = _log.AppendAsLeader(batch, epoch, AppendOrigin.Quorum);
        // On a full disk, what is changed may be what makes room: a topic is deleted, or its retention lowered.
        if (appended.ErrorCode == ErrorCode.StorageFull && _reserve.TryRelease())
            appended = _log.AppendAsLeader(batch, epoch, AppendOrigin.Quorum);
        return appended.IsSuccess
            ? appended
            : throw new StreamLogException(
                appended.ErrorCode, $"The metadata log could not be written: {appended.Message}");
    }

    /// <summary>Waits until all that is in the log now is on the disk.</summary>
    private async ValueTask FlushAsync()
    {
        PendingBatch all = new(_log.LogEndOffset, _log.LogEndOffset, epoch: -1, records: []);
        lock (_gate)
        {
            if (_failure is { } failure)
                throw failure;
            if (_log.DurableOffset >= all.EndOffset)
                return;
            _pending.Enqueue(all);
        }

        _log.RequestFlush();
        await all.Task.ConfigureAwait(false);
    }

    /// <summary>Hands what is committed to the listener, in order, unless somebody else is just doing so.</summary>
    private void Publish()
    {
        lock (_gate)
        {
            if (_isPublishing)
                return;
            _isPublishing = true;
        }

        while (TryTakeCommitted(out PendingBatch? batch))
        {
            if (batch.Records.Count > 0)
                _listener!.Committed(batch.BaseOffset, batch.Epoch, batch.Records);
            batch.TrySetResult(batch.EndOffset);
        }
    }

    private bool TryTakeCommitted([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingBatch? batch)
    {
        lock (_gate)
        {
            // Read under the gate: who moves it later comes here later, and sees whether somebody is publishing.
            if (_pending.TryPeek(out batch) && batch.EndOffset <= _log.DurableOffset)
            {
                _pending.Dequeue();
                return true;
            }

            _isPublishing = false;
            return false;
        }
    }

    private void Fail(StreamLogException failure, bool isExpected = false)
    {
        PendingBatch[] pending;
        lock (_gate)
        {
            if (_failure is not null)
                return;
            _failure = failure;
            pending = [.. _pending];
            _pending.Clear();
        }

        foreach (PendingBatch batch in pending)
            batch.TrySetException(failure);
        if (isExpected)
            return;

        Log.Failed(_logger, failure);
        Failed?.Invoke(failure);
    }

    /// <summary>Hands the newest snapshot to the listener.</summary>
    /// <returns>The offset from which the log is to be read.</returns>
    private long Restore(IMetadataListener listener)
    {
        _snapshots.DeleteUnfinished();
        SnapshotId? id = _snapshots.OpenNewest(_log.LogStartOffset, _log.LogEndOffset, out SnapshotReader? snapshot);
        if (id is not { } found)
            return 0;

        using (snapshot)
            listener.Restored(found.EndOffset, found.Epoch, snapshot!.ReadRecords());

        return found.EndOffset;
    }

    // Nothing is given up before what stands for it is on the disk, and nothing that the older snapshot needs.
    private long Write(SnapshotId id, IEnumerable<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken)
    {
        long lastTimestamp = QuorumReplay.TimestampBefore(_log, id.EndOffset);
        SnapshotId? before = _snapshots.Write(id, lastTimestamp, NowMs, records, cancellationToken);
        if (before is { } older && older.EndOffset > _log.LogStartOffset)
            _log.TrimTo(older.EndOffset);

        _snapshots.DeleteOthers(before);
        return id.EndOffset;
    }

    private long Guard(string what, Func<long> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (DiskErrors.IsOfDisk(exception))
        {
            StreamLogException failure = new(
                DiskErrors.CodeOf(exception),
                $"A snapshot of the metadata could not be {what}: {exception.Message}",
                exception);

            // Nobody may try again to flush, so nobody may go on as if what was renamed were there.
            if (exception is FlushFailedException)
                Fail(failure);
            throw failure;
        }
    }
}
