using StreamLog.Threading;

namespace StreamLog.Clients.Handling;

/// <summary>One partition that is being handled: does what its lanes decide.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Owned by its <see cref="PushConsumer{TKey, TValue}"/>, from the partition's assignment until it is given up.
/// Thread-safe. Handlers run on the thread pool; a worker runs one lane after another while there are any.
/// </remarks>
#pragma warning disable CA1001 // A handler that ignores everything may look at its token for ever. It has no timer.
internal sealed class PartitionWork<TKey, TValue>
#pragma warning restore CA1001
{
    // How long handlers that were asked to give up may take to do it.
    private static readonly TimeSpan GivingUp = TimeSpan.FromSeconds(1);

    // A partition that could not be read and then was read for so long is well again.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private readonly TopicPartition _partition;
    private readonly HandlerPlan _plan;
    private readonly HandlerAttempt<TKey, TValue> _attempt;
    private readonly Action<TopicPartition, bool> _hold;
    private readonly Action<Exception> _stop;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _givenUp = new();
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly PartitionLanes<Record<TKey, TValue>> _lanes;
    private readonly HashSet<Deadline> _pauses = [];
    private Deadline? _ripening;
    private TaskCompletionSource? _idle;
    private bool _isHeld;
    private bool _isReleased;

    // Only where the partition could not be read: how often in a row, and what ends the pause, or the time after it in
    // which it must not fail again.
    private Exception? _readFailure;
    private int _readFailures;
    private Deadline? _readAgain;
    private bool _isUnread;

    /// <summary>Creates the work on a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="plan">How records are handled.</param>
    /// <param name="attempt">What calls the handler.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hold">Stops and resumes the reading of the partition.</param>
    /// <param name="stop">Called when handling is to stop, with the reason.</param>
    public PartitionWork(
        TopicPartition partition,
        HandlerPlan plan,
        HandlerAttempt<TKey, TValue> attempt,
        TimeProvider time,
        Action<TopicPartition, bool> hold,
        Action<Exception> stop)
    {
        _partition = partition;
        _plan = plan;
        _attempt = attempt;
        _time = time;
        _hold = hold;
        _stop = stop;
        _lanes = new PartitionLanes<Record<TKey, TValue>>(plan.Limits);
    }

    /// <summary>Accepts a record. Called by the one who reads.</summary>
    /// <param name="record">The record.</param>
    /// <param name="keyHash">A hash of its key, if it has one.</param>
    public void Accept(Record<TKey, TValue> record, int? keyHash)
    {
        int lane = _plan.Order switch
        {
            LaneOrder.Partition => 0,
            LaneOrder.Key when keyHash is { } hash => hash,
            _ => (int)record.Offset, // Nothing to be in order with. What shares a lane by chance does no harm.
        };
        bool isAlone = record.KeyError is not null || record.ValueError is not null;
        bool becomesFull;
        lock (_gate)
        {
            if (_idle is not null)
                return;
            if (_readFailure is not null)
                ForgetReadFailure();
            _lanes.Add(record.Offset, lane, record, isAlone, _time.GetTimestamp());
            becomesFull = _lanes.IsFull && !_isHeld;
            _isHeld |= becomesFull;
        }

        if (becomesFull)
            Hold();
        StartWorkers();
    }

    /// <summary>Tells how the partition fares.</summary>
    /// <returns>What is not done; the oldest of it, with when it was accepted; and what was given up.</returns>
    public (int InFlight, LogPosition? Oldest, long OldestAt, LogPosition[] Paused) Describe()
    {
        lock (_gate)
        {
            LaneEntry<Record<TKey, TValue>>? oldest = _lanes.Oldest;
            return (
                _lanes.Unfinished,
                oldest?.Item.Position,
                oldest?.AcceptedAt ?? 0,
                [.. _lanes.Paused.Select(offset => new LogPosition(_partition.Topic, _partition.Partition, offset))]);
        }
    }

    /// <summary>Gets why the partition cannot be read, or <see langword="null"/>.</summary>
    public Exception? ReadFailure => Volatile.Read(ref _readFailure);

    /// <summary>Stops reading the partition for a while, because it cannot be read. What was read of it goes
    /// on.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="backoff">Tells how long.</param>
    /// <returns>For how long.</returns>
    public TimeSpan PauseReading(Exception failure, Backoff backoff)
    {
        TimeSpan pause;
        lock (_gate)
        {
            pause = backoff.Before(++_readFailures);
            if (_idle is not null)
                return pause;

            _readFailure = failure;
            _isUnread = true;
            _readAgain?.TryCancel();
            _readAgain = Deadline.Start(
                _time, pause, static work => ((PartitionWork<TKey, TValue>)work!).ReadAgain(), this);
        }

        Hold();
        return pause;
    }

    /// <summary>Starts nothing more: what has not begun comes again.</summary>
    /// <returns>A task that completes when no handler runs.</returns>
    public Task Drop()
    {
        lock (_gate)
        {
            _lanes.Drop();
            _ripening?.TryCancel();
            _readAgain?.TryCancel();
            foreach (Deadline pause in _pauses)
                pause.TryCancel();
            _pauses.Clear();
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_lanes.Running == 0)
                _idle.TrySetResult();
            return _idle.Task;
        }
    }

    /// <summary>Starts nothing more, and lets running handlers finish.</summary>
    /// <param name="hurry">Waits for them no longer.</param>
    /// <returns>Whether they have finished; if not, what they may still do does not count.</returns>
    public async ValueTask<bool> DrainAsync(CancellationToken hurry)
    {
        Task idle = Drop();
        bool isIdle = await EndsAsync(idle, _plan.DrainTimeout, hurry).ConfigureAwait(false);
        if (!isIdle)
        {
            // On the pool: what a handler has registered on its token may take its time too.
            _ = _givenUp.CancelAsync();
            isIdle = await EndsAsync(idle, GivingUp, CancellationToken.None).ConfigureAwait(false);
        }

        lock (_gate)
            _isReleased = true;
        return isIdle;
    }

    /// <summary>Starts nothing more, and asks running handlers to give up: nothing counts any more.</summary>
    public void Abandon()
    {
        Drop();
        lock (_gate)
            _isReleased = true;
        _ = _givenUp.CancelAsync();
    }

    private async ValueTask<bool> EndsAsync(Task task, TimeSpan timeout, CancellationToken hurry)
    {
        try
        {
            await task.WaitAsync(Durations.ForTimer(timeout), _time, hurry).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return task.IsCompleted;
        }
    }

    private void StartWorkers()
    {
        while (TryStart() is { } lane)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static start => _ = start.Work.RunAsync(start.Lane), (Work: this, Lane: lane), preferLocal: false);
        }
    }

    private Lane<Record<TKey, TValue>>? TryStart()
    {
        lock (_gate)
        {
            Lane<Record<TKey, TValue>>? lane = _lanes.TryStart();
            if (lane is not null && _ripening is { } ripening)
            {
                ripening.TryCancel();
                _ripening = null;
            }

            if (lane is null && _ripening is null && _lanes.IsRipening)
            {
                _ripening = Deadline.Start(
                    _time,
                    Durations.ForTimer(_plan.BatchWait),
                    static work => ((PartitionWork<TKey, TValue>)work!).Ripen(),
                    this);
            }

            return lane;
        }
    }

    private void Ripen()
    {
        lock (_gate)
        {
            _ripening = null;
            _lanes.Ripen();
        }

        StartWorkers();
    }

    private async Task RunAsync(Lane<Record<TKey, TValue>> first)
    {
        try
        {
            await RunLanesAsync(first).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nothing of it is the handler's, whose failures are caught. Its lane stays as it is: nothing is lost.
            _stop(exception);
        }
    }

    private async Task RunLanesAsync(Lane<Record<TKey, TValue>> first)
    {
        List<Record<TKey, TValue>> records = [];
        for (Lane<Record<TKey, TValue>>? lane = first; lane is not null; lane = TryStart())
        {
            // A handler of batches may keep the list.
            if (_plan.IsBatch)
                records = new List<Record<TKey, TValue>>(lane.Taken);
            else
                records.Clear();
            LaneEntry<Record<TKey, TValue>>? entry = lane.First;
            for (int i = 0; i < lane.Taken; i++, entry = entry.Next)
                records.Add(entry!.Item);

            (RecordFate fate, TimeSpan pause, Exception? failure) = await _attempt
                .MakeAsync(records, lane.First!.Attempts, _givenUp.Token).ConfigureAwait(false);
            if (fate == RecordFate.Done)
                Complete(records);
            Report(lane, fate, pause);
            if (failure is not null && _plan.WhenExhausted == WhenExhausted.Stop)
                _stop(failure);
        }
    }

    private void Complete(List<Record<TKey, TValue>> records)
    {
        lock (_gate)
        {
            if (_isReleased)
                return;
        }

        foreach (Record<TKey, TValue> record in records)
            record.Complete();
    }

    private void Report(Lane<Record<TKey, TValue>> lane, RecordFate fate, TimeSpan pause)
    {
        bool getsRoom;
        lock (_gate)
        {
            switch (fate)
            {
                case RecordFate.Done:
                    _lanes.Done(lane);
                    break;
                case RecordFate.Retried:
                    _lanes.Wait(lane);
                    StartPause(lane, pause);
                    break;
                case RecordFate.Split:
                    _lanes.Split(lane);
                    break;
                case RecordFate.Paused:
                    _lanes.Pause(lane);
                    break;
                default:
                    _lanes.Wait(lane);
                    break;
            }

            getsRoom = _isHeld && _lanes.HasRoom;
            _isHeld &= !getsRoom;
            if (_lanes.Running == 0)
                _idle?.TrySetResult();
        }

        // Not on this thread, on which the reader might go on reading.
        if (getsRoom)
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Hold(), this, preferLocal: false);
    }

    private void StartPause(Lane<Record<TKey, TValue>> lane, TimeSpan pause)
    {
        if (_idle is not null)
            return;
        if (pause <= TimeSpan.Zero)
        {
            _lanes.Due(lane);
            return;
        }

        PauseEnd end = new(this, lane);
        end.Deadline = Deadline.Start(_time, Durations.ForTimer(pause), static end => ((PauseEnd)end!).Come(), end);
        _pauses.Add(end.Deadline);
    }

    private void ReadAgain()
    {
        lock (_gate)
        {
            if (_idle is not null)
                return;
            _isUnread = false;
            _readAgain = Deadline.Start(
                _time, Settling, static work => ((PartitionWork<TKey, TValue>)work!).Settle(), this);
        }

        Hold();
    }

    private void Settle()
    {
        lock (_gate)
        {
            if (!_isUnread)
                ForgetReadFailure();
        }
    }

    private void ForgetReadFailure()
    {
        _readFailure = null;
        _readFailures = 0;
    }

    private bool IsToBeHeld() => Volatile.Read(ref _isHeld) || Volatile.Read(ref _isUnread);

    // Who reads and who makes room may meet here: the last one to look sees what was wanted last.
    private void Hold()
    {
        bool isHeld = IsToBeHeld();
        while (true)
        {
            _hold(_partition, isHeld);
            bool isWanted = IsToBeHeld();
            if (isWanted == isHeld)
                return;
            isHeld = isWanted;
        }
    }

    /// <summary>The end of the pause before a lane tries again.</summary>
    private sealed class PauseEnd(PartitionWork<TKey, TValue> work, Lane<Record<TKey, TValue>> lane)
    {
        public Deadline? Deadline { get; set; }

        public void Come()
        {
            lock (work._gate)
            {
                // A pause that was called off has ended with all others.
                if (!work._pauses.Remove(Deadline!))
                    return;
                work._lanes.Due(lane);
            }

            work.StartWorkers();
        }
    }
}
