using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Broker;

/// <summary>A produce whose records are in the logs and not yet committed.</summary>
/// <remarks>
/// Completes when all of its partitions are committed or have failed, when its time is up, or when its caller has
/// enough: whatever comes first. Thread-safe once it has begun.
/// </remarks>
internal sealed class DelayedProduce : TaskCompletionSource<ProduceResponse>, IDelayedRequest
{
    private readonly ProduceResponse _response;
    private readonly WaitingRoom _room;
    // Most produces of an embedded node are for one partition.
    private readonly List<Waiter> _waiters = new(1);
    private readonly Lock _gate = new();

    // Below here: guarded by _gate, except before Begin.

    /// <summary>How many partitions are not settled. One more until everybody waits who must, so that it cannot end
    /// before.
    /// </summary>
    private int _left = 1;

    private bool _isOver;
    private Deadline? _deadline;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Creates a produce that waits for nothing yet.</summary>
    /// <param name="response">The response, complete but for what is waited for.</param>
    /// <param name="room">Where it waits.</param>
    public DelayedProduce(ProduceResponse response, WaitingRoom room)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _response = response;
        _room = room;
    }

    /// <inheritdoc/>
    public bool AwaitsOutcome => true;

    /// <summary>Waits for one partition too. Before <see cref="BeginAsync"/>, on one thread.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="endOffset">The offset behind the last record appended.</param>
    /// <param name="answer">The partition's part of the response.</param>
    public void Add(
        ReplicatedPartition partition, long endOffset, ProduceResponse.PartitionProduceResponse answer) =>
        _waiters.Add(new Waiter(this, partition, endOffset, answer));

    /// <summary>Begins to wait, and sets off the flushes that it waits for.</summary>
    /// <param name="timeout">After which time the outcome is unknown.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    public ValueTask<ProduceResponse> BeginAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (_gate)
            _left += _waiters.Count;
        foreach (Waiter waiter in _waiters)
            waiter.Wait();
        Announce();
        if (Settle())
            return new ValueTask<ProduceResponse>(_response);

        Linger(timeout, cancellationToken);
        return new ValueTask<ProduceResponse>(Task);
    }

    /// <summary>Sets off the flushes without waiting for them, in place of <see cref="BeginAsync"/>.</summary>
    public void Announce()
    {
        foreach (Waiter waiter in _waiters)
            waiter.Partition.Announce();
    }

    /// <inheritdoc/>
    public void Expire()
    {
        if (!TryEnd())
            return;

        foreach (Waiter waiter in _waiters)
            GiveUp(waiter);
        Release();
        TrySetResult(_response);
    }

    private void Linger(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _room.TryEnter(this);
        Deadline deadline = Deadline.Start(
            _room.Time, timeout, static produce => ((DelayedProduce)produce!).Expire(), this);
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(
            static (produce, token) => ((DelayedProduce)produce!).Cancel(token), this);
        lock (_gate)
        {
            _deadline = deadline;
            _cancellation = cancellation;
            if (!_isOver)
                return;
        }

        // It was over before it knew its timer, so nobody has called that off.
        Release();
    }

    private void Cancel(CancellationToken token)
    {
        if (!TryEnd())
            return;

        foreach (Waiter waiter in _waiters)
            waiter.Partition.TryTakeBack(waiter);
        Release();
        TrySetCanceled(token);
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
        lock (_gate)
        {
            if (_isOver)
                return;

            waiter.IsSettled = true;
            if (failure is not null)
                Refuse(waiter.Answer, failure.ErrorCode, failure.Message);
        }

        if (!Settle())
            return;

        Release();
        TrySetResult(_response);
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

    /// <summary>Says of a partition that is not settled what is known. For whoever has ended the wait.</summary>
    private static void GiveUp(Waiter waiter)
    {
        if (waiter.IsSettled)
            return;

        // Who cannot be taken back is being woken just now: then the mark or the failure is there to be seen.
        waiter.Partition.TryTakeBack(waiter);
        if (waiter.Partition.Failure is { } failure)
        {
            Refuse(waiter.Answer, failure.ErrorCode, failure.Message);
        }
        else if (waiter.Partition.HighWatermark < waiter.EndOffset)
        {
            Refuse(
                waiter.Answer,
                ErrorCode.RequestTimedOut,
                "The records are in the log and were not committed in time: whether they will be is unknown.");
        }
    }

    private void Release()
    {
        Deadline? deadline;
        CancellationTokenRegistration cancellation;
        lock (_gate)
        {
            deadline = _deadline;
            cancellation = _cancellation;
        }

        _room.Leave(this);
        deadline?.TryCancel();

        // Not disposed: that would wait for a callback that may be waiting for us.
        cancellation.Unregister();
    }

    private static void Refuse(ProduceResponse.PartitionProduceResponse answer, ErrorCode code, string message)
    {
        answer.ErrorCode = code;
        answer.ErrorMessage = message;
        answer.BaseOffset = -1;
        answer.LogAppendTimeMs = -1;
    }

    private sealed class Waiter(
        DelayedProduce owner,
        ReplicatedPartition partition,
        long endOffset,
        ProduceResponse.PartitionProduceResponse answer)
        : HighWatermarkWaiter
    {
        public ReplicatedPartition Partition { get; } = partition;

        public ProduceResponse.PartitionProduceResponse Answer { get; } = answer;

        public long EndOffset { get; } = endOffset;

        // Guarded by the owner's gate.
        public bool IsSettled { get; set; }

        public void Wait()
        {
            if (!Partition.TryWait(this, EndOffset))
                owner.Settle(this, Partition.Failure);
        }

        protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure) =>
            owner.Settle(this, failure);
    }
}
