using System.Diagnostics;
using StreamLog.Diagnostics;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Replication;

/// <summary>One partition as its leader sees it: the log, and how much of it consumers may read.</summary>
/// <remarks>
/// <para>The replica set has one member, this node. So the high watermark is what the node's own disk has
/// (<see cref="Durability.OnCommit"/>), or its own log (<see cref="Durability.PageCache"/>).</para>
/// <para>Thread-safe. Waiters are woken on the thread that moved the mark: a flush's, or an appender's.</para>
/// </remarks>
internal sealed class ReplicatedPartition
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate; the mark, the failure and the epoch are read without it.
    // Invariant: nobody in the list of waiters has reached their target, and the list is empty once there is a failure.

    /// <summary>The offset before which consumers may read. It never goes back.</summary>
    private long _highWatermark;

    /// <summary>Why the partition can be used no more. It never goes back to null.</summary>
    private StreamLogException? _failure;

    private HighWatermarkWaiter? _firstWaiter;
    private int _leaderEpoch = -1;
    private long _epochStart;
    private Durability _durability;
    private int _minInSyncReplicas = 1;

    /// <summary>Takes charge of a partition, as a follower of nobody.</summary>
    /// <param name="log">Its log. It stays its directory's.</param>
    /// <param name="durability">What an acknowledgement promises.</param>
    /// <param name="minInSyncReplicas">How many replicas must be in sync for an append.</param>
    public ReplicatedPartition(PartitionLog log, Durability durability, int minInSyncReplicas)
    {
        ArgumentNullException.ThrowIfNull(log);
        Log = log;
        _durability = durability;
        _minInSyncReplicas = minInSyncReplicas;
        _failure = log.Failure;
        _highWatermark = Math.Clamp(
            log.HighWatermark, log.LogStartOffset, Math.Max(log.LogStartOffset, log.LogEndOffset));
        log.DurableAdvanced += _ => AdvanceHighWatermark();
        log.WentOffline += offline => Fail(offline.Failure!);
    }

    /// <summary>Gets the log.</summary>
    public PartitionLog Log { get; }

    /// <summary>Gets the partition's name.</summary>
    public TopicPartition TopicPartition => Log.TopicPartition;

    /// <summary>Gets why the partition can be used no more, or <see langword="null"/>.</summary>
    public StreamLogException? Failure => Volatile.Read(ref _failure);

    /// <summary>Gets how often leadership has been given away, or -1 before the first time.</summary>
    public int LeaderEpoch => Volatile.Read(ref _leaderEpoch);

    /// <summary>Gets the offset before which consumers may read.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    /// <summary>Gets the offset before which no transaction is open: readers of committed records stop there.</summary>
    public long LastStableOffset => Math.Min(HighWatermark, Log.LastStableOffset);

    /// <summary>Gets <see cref="LastStableOffset"/> where that is known without reading anything, and otherwise -1: for
    /// readers that do not stop there.</summary>
    public long KnownLastStableOffset => Math.Min(HighWatermark, Log.KnownLastStableOffset);

    /// <summary>Gets whether the mark has reached what the leader had when it became one, so that it is safe to
    /// tell.</summary>
    public bool HasCommittedInEpoch => HighWatermark >= Volatile.Read(ref _epochStart);

    /// <summary>Gets what an acknowledgement promises.</summary>
    public Durability Durability
    {
        get
        {
            lock (_gate)
                return _durability;
        }
    }

    /// <summary>Changes how the partition is kept, from the next append on.</summary>
    /// <param name="config">How the log is kept.</param>
    /// <param name="durability">What an acknowledgement promises.</param>
    /// <param name="minInSyncReplicas">How many replicas must be in sync for an append.</param>
    public void Configure(LogConfig config, Durability durability, int minInSyncReplicas)
    {
        Log.UpdateConfig(config);
        lock (_gate)
        {
            _durability = durability;
            _minInSyncReplicas = minInSyncReplicas;
        }

        // Where appends no longer wait for the disk, those that did are done; where they do now, nobody waits.
        AdvanceHighWatermark();
    }

    /// <summary>Leads from now on. Writes nothing: the first append of the epoch does, and until then no record is of
    /// it.</summary>
    /// <param name="leaderEpoch">The epoch, by the controller's word. Older ones change nothing.</param>
    public void BecomeLeader(int leaderEpoch)
    {
        if (leaderEpoch <= LeaderEpoch || Failure is not null)
            return;

        Log.BeginEpoch(leaderEpoch);
        lock (_gate)
        {
            Volatile.Write(ref _epochStart, Log.LogEndOffset);
            Volatile.Write(ref _leaderEpoch, leaderEpoch);
        }

        AdvanceHighWatermark();

        // What stands in the log and not on the disk (a page-cache topic that became durable) is to be committed too.
        if (Log.DurableOffset < Log.LogEndOffset)
            Log.RequestFlush();
    }

    /// <summary>Appends. The caller announces it with <see cref="Announce"/> once it waits for what it wants to wait
    /// for.</summary>
    /// <param name="batches">The batches. They are neither kept nor changed, unless they were handed over.</param>
    /// <param name="origin">Who appends.</param>
    /// <param name="verifiedAt">The mark that had ended the producer's last transaction here when this one was
    /// verified; <see langword="null"/> where nobody has to verify it.</param>
    /// <returns>What came of it.</returns>
    public AppendResult Append(RecordBuffer batches, AppendOrigin origin, long? verifiedAt = null)
    {
        if (Failure is { } failure)
            return AppendResult.Refused(failure.ErrorCode, failure.Message);

        try
        {
            return Log.AppendAsLeader(batches, LeaderEpoch, origin, verifiedAt);
        }
        catch (StreamLogException exception)
        {
            return AppendResult.Refused(exception.ErrorCode, exception.Message);
        }
    }

    /// <summary>Sets off what makes an append count: a flush, or the high watermark at once. Hold no gate.</summary>
    public void Announce()
    {
        bool waitsForDisk;
        lock (_gate)
            waitsForDisk = _durability == Durability.OnCommit;

        if (waitsForDisk)
        {
            Log.RequestFlush();
        }
        else
        {
            AdvanceHighWatermark();
            Log.RequestFlushIfDue();
        }
    }

    /// <summary>Has somebody woken when the high watermark reaches an offset.</summary>
    /// <param name="waiter">Who waits; not waiting anywhere yet.</param>
    /// <param name="offset">The offset. The waiter is woken when the mark is at it or beyond.</param>
    /// <returns><see langword="false"/> where there is nothing to wait for: it is there already, or the partition has
    /// failed.
    /// </returns>
    public bool TryWait(HighWatermarkWaiter waiter, long offset)
    {
        lock (_gate)
        {
            AssertInvariants();
            if (_failure is not null || _highWatermark >= offset)
                return false;

            Invariant.Holds(!waiter.IsWaiting);
            waiter.Target = offset;
            waiter.IsWaiting = true;
            waiter.Previous = null;
            waiter.Next = _firstWaiter;
            if (_firstWaiter is not null)
                _firstWaiter.Previous = waiter;
            _firstWaiter = waiter;
            return true;
        }
    }

    /// <summary>Takes a waiter back, unless it has been woken or is just being woken.</summary>
    /// <param name="waiter">Who waited here.</param>
    /// <returns><see langword="true"/> if it will not be woken any more.</returns>
    public bool TryTakeBack(HighWatermarkWaiter waiter)
    {
        lock (_gate)
        {
            AssertInvariants();
            if (!waiter.IsWaiting)
                return false;

            Unlink(waiter);
            return true;
        }
    }

    /// <summary>Ends the partition's use: its log is offline, its topic deleted, or its node's directory
    /// lost.</summary>
    /// <param name="failure">What everybody is told from now on.</param>
    public void Fail(StreamLogException failure)
    {
        HighWatermarkWaiter? waiter;
        lock (_gate)
        {
            AssertInvariants();
            if (_failure is not null)
                return;

            Volatile.Write(ref _failure, failure);
            waiter = TakeReached(long.MaxValue);
        }

        WakeAll(waiter, failure);
    }

    private void AdvanceHighWatermark()
    {
        HighWatermarkWaiter? waiter;
        lock (_gate)
        {
            AssertInvariants();
            if (_failure is not null || _leaderEpoch < 0)
                return;

            long end = _durability == Durability.OnCommit ? Log.DurableOffset : Log.LogEndOffset;
            ReplicaProgress self = new(end, IsInSync: true);
            long advanced = Replication.HighWatermark.Advance(_highWatermark, [self], _minInSyncReplicas);
            if (advanced == _highWatermark)
                return;

            Volatile.Write(ref _highWatermark, advanced);
            Log.HighWatermark = advanced;
            waiter = TakeReached(advanced);
        }

        WakeAll(waiter, failure: null);
    }

    /// <summary>Takes those out of the list who have reached their target, and chains them by Next.</summary>
    private HighWatermarkWaiter? TakeReached(long highWatermark)
    {
        HighWatermarkWaiter? taken = null;
        HighWatermarkWaiter? waiter = _firstWaiter;
        while (waiter is not null)
        {
            HighWatermarkWaiter? next = waiter.Next;
            if (waiter.Target <= highWatermark)
            {
                Unlink(waiter);
                waiter.Next = taken;
                taken = waiter;
            }

            waiter = next;
        }

        return taken;
    }

    private void WakeAll(HighWatermarkWaiter? waiter, StreamLogException? failure)
    {
        while (waiter is not null)
        {
            // Read before the wake: the waiter may wait again, here or elsewhere, before this call is back.
            HighWatermarkWaiter? next = waiter.Next;
            waiter.Next = null;
            waiter.Wake(this, failure);
            waiter = next;
        }
    }

    private void Unlink(HighWatermarkWaiter waiter)
    {
        if (waiter.Previous is null)
            _firstWaiter = waiter.Next;
        else
            waiter.Previous.Next = waiter.Next;
        if (waiter.Next is not null)
            waiter.Next.Previous = waiter.Previous;

        waiter.Previous = null;
        waiter.Next = null;
        waiter.IsWaiting = false;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Invariant.Holds(_gate.IsHeldByCurrentThread);
        Invariant.Holds(_failure is null || _firstWaiter is null);
        Invariant.Holds(_firstWaiter is null || _firstWaiter.Target > _highWatermark);
    }
}
