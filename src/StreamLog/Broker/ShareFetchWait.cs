using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Broker;

/// <summary>The wait of a fetch of a share group: until there may be records, because some were appended, released or
/// have lost their lock; or until its time is up.</summary>
/// <remarks>It belongs to one fetch, which looks again on the thread pool each time it is woken.</remarks>
internal sealed class ShareFetchWait : IDelayedRequest, IDisposable
{
    private readonly BrokerParts _parts;
    private readonly SharePartitionKey[] _keys;
    private readonly AsyncSignal _signal = new();
    private readonly Action _wake;
    private readonly Deadline _deadline;
    private readonly CancellationTokenRegistration _cancellation;
    private readonly Dictionary<ReplicatedPartition, Waiter> _waiters = new(ReferenceEqualityComparer.Instance);
    private volatile bool _isOver;

    /// <summary>Begins to listen. What comes from now on is not missed.</summary>
    /// <param name="parts">The broker.</param>
    /// <param name="group">The group.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="maxWait">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ShareFetchWait(
        BrokerParts parts,
        string group,
        IReadOnlyList<TopicIdPartition> partitions,
        TimeSpan maxWait,
        CancellationToken cancellationToken)
    {
        _parts = parts;
        _wake = _signal.Set;
        _keys = [.. partitions.Select(
            partition => new SharePartitionKey(group, partition.TopicId, partition.Partition))];
        foreach (SharePartitionKey key in _keys)
            parts.Shares.Waiters.Add(key, _wake);
        if (!parts.WaitingRoom.TryEnter(this))
            _isOver = true;
        _deadline = Deadline.Start(
            parts.WaitingRoom.Time, maxWait, static wait => ((ShareFetchWait)wait!).Expire(), this);
        _cancellation = cancellationToken.UnsafeRegister(static wait => ((ShareFetchWait)wait!).Expire(), this);
    }

    /// <inheritdoc/>
    public bool AwaitsOutcome => false;

    /// <summary>Gets whether the next look is the last.</summary>
    public bool IsOver => _isOver;

    /// <inheritdoc/>
    public void Expire()
    {
        _isOver = true;
        _signal.Set();
    }

    /// <summary>Waits until there is a reason to look again.</summary>
    /// <param name="seen">What was seen the last time.</param>
    /// <returns>A task that completes then, on the thread pool.</returns>
    public async ValueTask NextAsync(List<SeenPartition> seen)
    {
        foreach (SeenPartition partition in seen)
        {
            if (!_waiters.TryGetValue(partition.Partition, out Waiter? waiter))
                _waiters.Add(partition.Partition, waiter = new Waiter(_signal));

            // One that waits already waits for an offset at or before this one, which only wakes it earlier.
            if (waiter.TryBegin() && !partition.Partition.TryWait(waiter, partition.Offset + 1))
            {
                waiter.End();
                _signal.Set();
            }
        }

        await _signal.WaitAsync().ConfigureAwait(false);

        // Whoever wakes it has something else to do.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _deadline.TryCancel();
        _cancellation.Unregister();
        _parts.WaitingRoom.Leave(this);
        foreach (SharePartitionKey key in _keys)
            _parts.Shares.Waiters.Remove(key, _wake);
        foreach ((ReplicatedPartition partition, Waiter waiter) in _waiters)
            partition.TryTakeBack(waiter);
    }

    private sealed class Waiter(AsyncSignal signal) : HighWatermarkWaiter
    {
        private int _isBusy;

        /// <summary>Takes the waiter for a wait, unless it is waiting or being woken.</summary>
        public bool TryBegin() => Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;

        public void End() => Volatile.Write(ref _isBusy, 0);

        protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure)
        {
            End();
            signal.Set();
        }
    }
}
