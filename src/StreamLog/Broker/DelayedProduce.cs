using System.Threading.Tasks.Sources;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Broker;

/// <summary>A produce whose records are in the logs and not yet committed.</summary>
/// <remarks>
/// <para>Completes when all of its partitions are committed or have failed, when its time is up, or when its caller has
/// enough: whatever comes first. What follows runs on the thread pool. Thread-safe once it has begun.</para>
/// <para>It is used again. Everybody who may still call it holds it: who awaits it, each waiter in a partition's list,
/// the deadline, the caller's token, and the work item that completes it. The last of them gives it back to its
/// pool.</para>
/// </remarks>
internal sealed class DelayedProduce : IDelayedRequest, IValueTaskSource<ProduceResponse>, IThreadPoolWorkItem
{
    // More partitions in one request are rare: their waiters are left to the garbage collector.
    private const int WaitersKept = 16;

    private readonly WaitingRoom _room;
    private readonly DelayedProducePool _pool;
    private readonly ReusableDeadline _deadline;
    private readonly List<Waiter> _waiters = new(1);
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<ProduceResponse> _core;
    private ProduceResponse? _response;
    private int _waiterCount;
    private int _holders;

    // Below here: guarded by _gate, except before BeginAsync.

    /// <summary>How many partitions are not settled. One more until everybody waits who must, so that it cannot end
    /// before.
    /// </summary>
    private int _left;

    // It is over in the pool too: who remembers it from before can do no harm.
    private bool _isOver = true;
    private bool _isCancelled;
    private bool _hasLimits;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Creates a produce that waits for nothing yet.</summary>
    /// <param name="room">Where it waits.</param>
    /// <param name="pool">Where it goes when nobody holds it any more.</param>
    public DelayedProduce(WaitingRoom room, DelayedProducePool pool)
    {
        _room = room;
        _pool = pool;
        _deadline = new ReusableDeadline(room.Time, static produce => ((DelayedProduce)produce!).ExpireInTime(), this);
    }

    /// <inheritdoc/>
    public bool AwaitsOutcome => true;

    /// <summary>Waits for one partition too. Before <see cref="BeginAsync"/>, on one thread.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="endOffset">The offset behind the last record appended.</param>
    /// <param name="answer">The partition's part of the response.</param>
    public void Add(
        ReplicatedPartition partition, long endOffset, ProduceResponse.PartitionProduceResponse answer)
    {
        if (_waiterCount == _waiters.Count)
            _waiters.Add(new Waiter(this));
        _waiters[_waiterCount++].Set(partition, endOffset, answer);
    }

    /// <summary>Begins to wait, and sets off the flushes that it waits for.</summary>
    /// <param name="response">The response, complete but for what is waited for.</param>
    /// <param name="timeout">After which time the outcome is unknown.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    public ValueTask<ProduceResponse> BeginAsync(
        ProduceResponse response, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Until the end of this method it is held by it, and by who awaits it.
        _response = response;
        Volatile.Write(ref _holders, 2);
        lock (_gate)
        {
            _isOver = false;
            _isCancelled = false;
            _left = 1 + _waiterCount;
        }

        short version = _core.Version;
        for (int i = 0; i < _waiterCount; i++)
            _waiters[i].Wait();
        for (int i = 0; i < _waiterCount; i++)
            _waiters[i].Partition.Announce();
        if (Settle())
        {
            Release();
            Release();
            return new ValueTask<ProduceResponse>(response);
        }

        Linger(timeout, cancellationToken);
        Release();
        return new ValueTask<ProduceResponse>(this, version);
    }

    /// <summary>Sets off the flushes without waiting for them, in place of <see cref="BeginAsync"/>.</summary>
    public void Announce()
    {
        for (int i = 0; i < _waiterCount; i++)
            _waiters[i].Partition.Announce();
        Recycle();
    }

    /// <inheritdoc/>
    public void Expire()
    {
        if (!TryEnd())
            return;

        // The answer is complete before anybody can see it, and nobody is added any more.
        for (int i = 0; i < _waiterCount; i++)
            GiveUp(_waiters[i]);
        End();
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        if (_isCancelled)
            _core.SetException(new OperationCanceledException(_cancellationToken));
        else
            _core.SetResult(_response!);
        Release();
    }

    ProduceResponse IValueTaskSource<ProduceResponse>.GetResult(short token)
    {
        // Throws for what is not over, or is awaited twice, before anything is given back twice.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The produce is not over yet. Await it.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ProduceResponse>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ProduceResponse>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Says of a partition that is not settled what is known. For whoever has ended the wait.</summary>
    private static void GiveUp(Waiter waiter)
    {
        if (waiter.IsSettled)
            return;

        // Who cannot be taken back is being woken just now: then the mark or the failure is there to be seen.
        ReplicatedPartition partition = waiter.Partition;
        bool isTakenBack = partition.TryTakeBack(waiter);
        if (partition.Failure is { } failure)
        {
            Refuse(waiter.Answer, failure.ErrorCode, failure.Message);
        }
        else if (partition.HighWatermark < waiter.EndOffset)
        {
            Refuse(
                waiter.Answer,
                ErrorCode.RequestTimedOut,
                "The records are in the log and were not committed in time: whether they will be is unknown.");
        }

        if (isTakenBack)
            waiter.Owner.Release();
    }

    private static void Refuse(ProduceResponse.PartitionProduceResponse answer, ErrorCode code, string message)
    {
        answer.ErrorCode = code;
        answer.ErrorMessage = message;
        answer.BaseOffset = -1;
        answer.LogAppendTimeMs = -1;
    }

    private void Linger(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // A token that is cancelled by now calls back at once, and there is nothing to take back then.
        Hold(cancellationToken.CanBeCanceled ? 2 : 1);
        _room.TryEnter(this);
        _deadline.Start(timeout);
        _cancellationToken = cancellationToken;
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(
            static produce => ((DelayedProduce)produce!).Cancel(), this);
        lock (_gate)
        {
            _cancellation = cancellation;
            _hasLimits = true;
            if (!_isOver)
                return;
        }

        // It was over before it knew its limits, so nobody has called them off.
        LeaveRoom();
    }

    private void ExpireInTime()
    {
        Expire();
        Release();
    }

    private void Cancel()
    {
        if (TryEnd())
        {
            lock (_gate)
                _isCancelled = true;
            for (int i = 0; i < _waiterCount; i++)
            {
                if (!_waiters[i].IsSettled && _waiters[i].Partition.TryTakeBack(_waiters[i]))
                    Release();
            }

            End();
        }

        Release();
    }

    /// <summary>Notes that one of those waited for is settled.</summary>
    /// <returns><see langword="true"/> if it was the last.</returns>
    private bool Settle()
    {
        lock (_gate)
        {
            if (--_left > 0 || _isOver)
                return false;

            _isOver = true;
            return true;
        }
    }

    private void Settle(Waiter waiter, StreamLogException? failure)
    {
        bool isLast;
        lock (_gate)
        {
            if (_isOver)
                return;

            waiter.IsSettled = true;
            if (failure is not null)
                Refuse(waiter.Answer, failure.ErrorCode, failure.Message);
            isLast = --_left == 0;
            _isOver = isLast;
        }

        if (isLast)
            End();
    }

    private bool TryEnd()
    {
        lock (_gate)
        {
            if (_isOver)
                return false;

            _isOver = true;
            return true;
        }
    }

    /// <summary>Answers. Called once for each wait, by whoever has ended it, and who holds it.</summary>
    private void End()
    {
        Hold(1);
        bool hasLimits;
        lock (_gate)
            hasLimits = _hasLimits;
        if (hasLimits)
            LeaveRoom();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Calls the limits off. Called once for each wait that has them.</summary>
    private void LeaveRoom()
    {
        CancellationTokenRegistration cancellation;
        lock (_gate)
        {
            // Who ends it and who begins it may both come here, one behind the other.
            if (!_hasLimits)
                return;
            _hasLimits = false;
            cancellation = _cancellation;
            _cancellation = default;
        }

        _room.Leave(this);
        if (_deadline.TryCancel())
            Release();

        // Not disposed: that would wait for a callback that may be waiting for us.
        if (cancellation.Unregister())
            Release();
    }

    private void Hold(int count) => Interlocked.Add(ref _holders, count);

    private void Release()
    {
        int left = Interlocked.Decrement(ref _holders);
        Invariant.Holds(left >= 0);
        if (left == 0)
            Recycle();
    }

    private void Recycle()
    {
        if (_waiters.Count > WaitersKept)
            _waiters.RemoveRange(WaitersKept, _waiters.Count - WaitersKept);
        foreach (Waiter waiter in _waiters)
            waiter.Clear();
        _waiterCount = 0;
        _response = null;
        _cancellationToken = default;
        _core.Reset();
        _pool.Return(this);
    }

    private sealed class Waiter(DelayedProduce owner) : HighWatermarkWaiter
    {
        private ReplicatedPartition? _partition;
        private ProduceResponse.PartitionProduceResponse? _answer;

        public DelayedProduce Owner => owner;

        public ReplicatedPartition Partition => _partition!;

        public ProduceResponse.PartitionProduceResponse Answer => _answer!;

        public long EndOffset { get; private set; }

        // Guarded by the owner's gate.
        public bool IsSettled { get; set; }

        public void Set(
            ReplicatedPartition partition, long endOffset, ProduceResponse.PartitionProduceResponse answer)
        {
            _partition = partition;
            _answer = answer;
            EndOffset = endOffset;
            IsSettled = false;
        }

        public void Clear()
        {
            _partition = null;
            _answer = null;
        }

        public void Wait()
        {
            // Held for the wake, before that can come.
            owner.Hold(1);
            if (Partition.TryWait(this, EndOffset))
                return;
            owner.Settle(this, Partition.Failure);
            owner.Release();
        }

        protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure)
        {
            owner.Settle(this, failure);
            owner.Release();
        }
    }
}
