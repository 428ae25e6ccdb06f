namespace StreamLog.Clients.Producing;

/// <summary>The partitions of a transaction, for brokers that are to be told of each before records go there: those
/// without <c>transaction.version</c> 2 (KIP-890).</summary>
/// <remarks>Thread-safe. Owned by the transaction's scope. One request is under way at a time, for all partitions that
/// wait by then.</remarks>
internal sealed class TransactionPartitions
{
    private readonly Action<Exception> _failed;
    private readonly Lock _gate = new();

    // Written under _gate, and only while no transaction is open.
    private volatile Func<IReadOnlyCollection<TopicPartition>, ValueTask>? _add;

    // Below here: guarded by _gate.
    private readonly HashSet<TopicPartition> _added = [];
    private readonly List<PartitionQueue> _waiting = [];
    private TaskCompletionSource? _idle;

    /// <summary>Creates it, for a broker that need not be told.</summary>
    /// <param name="failed">Hears of partitions that the broker has not added.</param>
    public TransactionPartitions(Action<Exception> failed) => _failed = failed;

    /// <summary>Gets whether the broker is to be told.</summary>
    public bool AreAdded => _add is not null;

    /// <summary>Sets how partitions are added, before a transaction is opened.</summary>
    /// <param name="add">Adds them; <see langword="null"/> where the broker does so by itself.</param>
    public void AddBy(Func<IReadOnlyCollection<TopicPartition>, ValueTask>? add)
    {
        lock (_gate)
            _add = add;
    }

    /// <summary>Begins a transaction, which has no partitions yet.</summary>
    public void Clear()
    {
        lock (_gate)
            _added.Clear();
    }

    /// <summary>Tells whether a partition is to be added before records are sent to it.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>Whether it is.</returns>
    public bool Lacks(TopicPartition partition)
    {
        if (_add is null)
            return false;
        lock (_gate)
            return !_added.Contains(partition);
    }

    /// <summary>Has a queue's partition added. The queue is told when it is, or has failed.</summary>
    /// <param name="queue">The queue.</param>
    public void Ask(PartitionQueue queue)
    {
        lock (_gate)
        {
            _waiting.Add(queue);
            if (_idle is not null)
                return;
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // It ends when the coordinator has answered, or the time for that is over.
        _ = AskAsync();
    }

    /// <summary>Waits until nothing is under way, so that nothing joins a transaction behind its end.</summary>
    /// <returns>A task that completes then.</returns>
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return _idle?.Task ?? Task.CompletedTask;
    }

    private async Task AskAsync()
    {
        while (TakeWaiting() is { Count: > 0 } queues)
        {
            HashSet<TopicPartition> partitions = [.. queues.Select(static queue => queue.Partition)];
            try
            {
                await _add!(partitions).ConfigureAwait(false);
                lock (_gate)
                    _added.UnionWith(partitions);
            }
            catch (Exception exception)
            {
                _failed(exception);
            }

            foreach (PartitionQueue queue in queues)
                queue.GoOn();
        }
    }

    private List<PartitionQueue> TakeWaiting()
    {
        TaskCompletionSource? idle = null;
        List<PartitionQueue> waiting;
        lock (_gate)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
            if (waiting.Count == 0)
                (idle, _idle) = (_idle, null);
        }

        idle?.SetResult();
        return waiting;
    }
}
