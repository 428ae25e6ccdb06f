using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Broker;

/// <summary>A fetch that waits for more bytes than there are.</summary>
/// <remarks>
/// A partition whose high watermark moves wakes it, and it reads again: on the thread pool, so that neither an appender
/// nor a flush works for its readers. It completes there too, when there is enough, when its time is up, or when its
/// caller has enough.
/// </remarks>
internal sealed class DelayedFetch : TaskCompletionSource<FetchResponse>, IDelayedRequest, IThreadPoolWorkItem
{
    private readonly FetchRequest _request;
    private readonly BrokerParts _parts;
    private readonly int _minBytes;
    private readonly int _maxBytes;
    private readonly Lock _gate = new();

    // Touched by the one who looks, and by nobody else.
    private readonly List<SeenPartition> _seen;
    private readonly Dictionary<ReplicatedPartition, Waiter> _waiters = new(ReferenceEqualityComparer.Instance);

    // Below here: guarded by _gate.

    /// <summary>Whether somebody looks, or is on the way to.</summary>
    private bool _isLooking = true;

    /// <summary>Whether there is a reason to look once more.</summary>
    private bool _isWoken;

    /// <summary>Whether the next look is the last: the time is up.</summary>
    private bool _isExpired;

    /// <summary>Whether the caller has enough.</summary>
    private CancellationToken? _cancelled;

    private bool _isOver;
    private Deadline? _deadline;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Creates a fetch that has looked once and found too little.</summary>
    /// <param name="request">The request.</param>
    /// <param name="parts">The broker.</param>
    /// <param name="minBytes">How many bytes are enough.</param>
    /// <param name="maxBytes">How many bytes are the most.</param>
    /// <param name="seen">What it saw.</param>
    public DelayedFetch(
        FetchRequest request, BrokerParts parts, int minBytes, int maxBytes, List<SeenPartition> seen)
    {
        _request = request;
        _parts = parts;
        _minBytes = minBytes;
        _maxBytes = maxBytes;
        _seen = seen;
    }

    /// <inheritdoc/>
    public bool AwaitsOutcome => false;

    /// <summary>Begins to wait.</summary>
    /// <param name="maxWait">After which time whatever is there is the answer.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    public ValueTask<FetchResponse> BeginAsync(TimeSpan maxWait, CancellationToken cancellationToken)
    {
        if (!_parts.WaitingRoom.TryEnter(this))
            Expire();

        Deadline deadline = Deadline.Start(
            _parts.WaitingRoom.Time, maxWait, static fetch => ((DelayedFetch)fetch!).Expire(), this);
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(
            static (fetch, token) => ((DelayedFetch)fetch!).Cancel(token), this);
        lock (_gate)
        {
            _deadline = deadline;
            _cancellation = cancellation;
        }

        if (!TryRest())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return new ValueTask<FetchResponse>(Task);
    }

    /// <inheritdoc/>
    public void Expire() => Rouse(isExpired: true, cancelled: null);

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            do
            {
                if (Look())
                    return;
            }
            while (!TryRest());
        }
        catch (Exception exception)
        {
            // Nobody stands above this on the thread pool: whatever it was is the caller's to see.
            Release();
            TrySetException(exception);
        }
    }

    private void Cancel(CancellationToken token) => Rouse(isExpired: false, token);

    private void Rouse(bool isExpired, CancellationToken? cancelled)
    {
        lock (_gate)
        {
            _isExpired |= isExpired;
            _cancelled ??= cancelled;
            _isWoken = true;
            if (_isLooking || _isOver)
                return;

            _isLooking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Looks once.</summary>
    /// <returns><see langword="true"/> if that was the end.</returns>
    private bool Look()
    {
        bool isExpired;
        CancellationToken? cancelled;
        lock (_gate)
        {
            _isWoken = false;
            isExpired = _isExpired;
            cancelled = _cancelled;
        }

        if (cancelled is { } token)
        {
            Release();
            TrySetCanceled(token);
            return true;
        }

        _seen.Clear();
        FetchRead read = new(_request, _parts.Partitions.Current, _maxBytes);
        FetchResponse response = read.Read(_seen);
        if (!isExpired && !read.IsUrgent && read.Bytes < _minBytes)
        {
            response.Dispose();
            return false;
        }

        Release();
        if (!TrySetResult(response))
            response.Dispose();
        return true;
    }

    /// <summary>Goes to sleep until somebody wakes it.</summary>
    /// <returns><see langword="false"/> if there is a reason to look at once.</returns>
    private bool TryRest()
    {
        bool mustLook = false;
        foreach (SeenPartition seen in _seen)
        {
            if (!_waiters.TryGetValue(seen.Partition, out Waiter? waiter))
                _waiters.Add(seen.Partition, waiter = new Waiter(this));

            // One that waits already waits for an offset at or before this one, which only wakes it earlier.
            if (waiter.TryBegin() && !seen.Partition.TryWait(waiter, seen.Offset + 1))
            {
                waiter.End();
                mustLook = true;
            }
        }

        lock (_gate)
        {
            if (mustLook || _isWoken)
                return false;

            _isLooking = false;
            return true;
        }
    }

    /// <summary>Leaves nothing behind: no waiter, no timer, no registration. For the last look.</summary>
    private void Release()
    {
        Deadline? deadline;
        CancellationTokenRegistration cancellation;
        lock (_gate)
        {
            _isOver = true;
            deadline = _deadline;
            cancellation = _cancellation;
        }

        foreach ((ReplicatedPartition partition, Waiter waiter) in _waiters)
            partition.TryTakeBack(waiter);
        _parts.WaitingRoom.Leave(this);
        deadline?.TryCancel();
        cancellation.Unregister();
    }

    private sealed class Waiter(DelayedFetch owner) : HighWatermarkWaiter
    {
        private int _isBusy;

        /// <summary>Takes the waiter for a wait, unless it is waiting or being woken.</summary>
        public bool TryBegin() => Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;

        public void End() => Volatile.Write(ref _isBusy, 0);

        protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure)
        {
            End();
            owner.Rouse(isExpired: false, cancelled: null);
        }
    }
}
