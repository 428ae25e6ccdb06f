using StreamLog.Coordinators;
using StreamLog.Diagnostics;
using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Groups.Share;

/// <summary>One partition of <c>__share_group_state</c> with the states in it: the shell around
/// <see cref="SharePartition"/>.</summary>
/// <remarks>
/// <para>It lets one thread in at a time to decide, writes the states down that have changed, and gives the answers out
/// once they are committed. One timer serves the earliest lock of all. Unlike <see cref="OffsetsPartition"/> it does
/// not hold back answers for what others have written before: who acquires records waits for no flush.</para>
/// <para>Where the partition fails the states are lost, with all locks: whoever needs them again takes charge anew.
/// Owned by the <see cref="ShareStateTopic"/>; thread-safe.</para>
/// </remarks>
internal sealed class ShareStatePartition : StatePartition
{
    private readonly ShareStateLog _log;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Action<SharePartitionKey> _freed;
    private readonly Action<TopicPartition, Exception> _failed;
    private readonly ReusableDeadline _deadline;
    private readonly PartitionFailureWatch _watch;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. Appends happen within it too, so that states are in the order of the log.
    private readonly Dictionary<SharePartitionKey, SharePartition> _states = [];
    private readonly DeadlineQueue<SharePartitionKey> _deadlines = new(EqualityComparer<SharePartitionKey>.Default);
    private readonly HashSet<ShareStateWrite> _open = [];
    private long _endOffset;
    private long _timerDue = long.MaxValue;
    private ErrorCode _lost;

    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="freed">Is told, outside of all locks, where there may be records to deliver.</param>
    /// <param name="failed">Is told of a defect in what happens when locks run out.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public ShareStatePartition(
        ReplicatedPartition partition,
        ShareSettings settings,
        TimeProvider time,
        Action<SharePartitionKey> freed,
        Action<TopicPartition, Exception> failed)
        : base(partition)
    {
        _failed = failed;
        _log = new ShareStateLog(partition, settings, _states);
        _time = time;
        _startedAt = time.GetTimestamp();
        _freed = freed;
        _deadline = new ReusableDeadline(time, static owner => ((ShareStatePartition)owner!).Expire(), this);
        _watch = new PartitionFailureWatch(this);
        lock (_gate)
        {
            _log.ReadAll();
            _endOffset = partition.HighWatermark;
        }

        if (!partition.TryWait(_watch, PartitionFailureWatch.EndOffset))
            Settle();
    }

    /// <inheritdoc/>
    public override bool IsLost
    {
        get
        {
            lock (_gate)
                return _lost != ErrorCode.None;
        }
    }

    private long Now => (long)_time.GetElapsedTime(_startedAt).TotalMilliseconds;

    /// <summary>Lists what there are states of.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<SharePartitionKey> List()
    {
        lock (_gate)
            return [.. _states.Keys];
    }

    /// <summary>Decides about one partition of a group.</summary>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="key">Group and partition.</param>
    /// <param name="decide">Decides, under the gate.</param>
    /// <returns>What came of it, at once; and None once what was decided is committed, or why it never will
    /// be.</returns>
    public (TResult? Result, Task<ErrorCode> Outcome) Decide<TResult>(
        SharePartitionKey key, Func<ShareDecision, TResult> decide)
    {
        TResult result;
        ShareDecision decision;
        ShareStateWrite? write;
        lock (_gate)
        {
            if (_lost != ErrorCode.None)
                return (default, Task.FromResult(_lost));

            decision = NewDecision(key);
            result = Apply(key, decision, decide, out write);
        }

        if (decision.HasFreed)
            _freed(key);
        return (result, write is null ? Task.FromResult(ErrorCode.None) : Wait(write));
    }

    /// <summary>Does something with one partition of a group that needs not be written down.</summary>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="key">Group and partition.</param>
    /// <param name="use">Does it, under the gate.</param>
    /// <param name="error">Why it was not done, or None.</param>
    /// <returns>What came of it, or the default.</returns>
    public TResult? Use<TResult>(SharePartitionKey key, Func<ShareDecision, TResult> use, out ErrorCode error)
    {
        ShareDecision decision;
        TResult? result = default;
        lock (_gate)
        {
            decision = NewDecision(key);
            error = _lost;
            if (error == ErrorCode.None)
            {
                result = Apply(key, decision, use, out ShareStateWrite? write);
                Invariant.Holds(write is null);
            }
        }

        if (decision.HasFreed)
            _freed(key);
        return result;
    }

    /// <summary>Waits until all that was written before is committed.</summary>
    /// <returns>None, or why it never will be.</returns>
    public Task<ErrorCode> SettleAsync()
    {
        ShareStateWrite write;
        lock (_gate)
        {
            if (_lost != ErrorCode.None)
                return Task.FromResult(_lost);
            _open.Add(write = new ShareStateWrite(this, _endOffset));
        }

        return Wait(write);
    }

    /// <inheritdoc/>
    public override void Settle()
    {
        if (Partition.Failure is { } failure)
            Close(_log.ErrorOf(failure.ErrorCode));
    }

    /// <inheritdoc/>
    public override void Close(ErrorCode error)
    {
        lock (_gate)
            Lose(error);
        Partition.TryTakeBack(_watch);
    }

    /// <inheritdoc/>
    public override void Expire(ErrorCode error)
    {
        ShareStateWrite[] open;
        lock (_gate)
        {
            Lose(error);
            open = [.. _open];
            _open.Clear();
        }

        foreach (ShareStateWrite write in open)
            write.End(error);
    }

    /// <summary>Ends a wait for the log.</summary>
    /// <param name="write">What waited.</param>
    /// <param name="failure">Why the partition has failed, or <see langword="null"/>.</param>
    public void End(ShareStateWrite write, StreamLogException? failure)
    {
        ErrorCode error = failure is null ? ErrorCode.None : _log.ErrorOf(failure.ErrorCode);
        if (error != ErrorCode.None)
            Close(error);
        lock (_gate)
            _open.Remove(write);
        write.End(error);
    }

    private Task<ErrorCode> Wait(ShareStateWrite write)
    {
        if (write.Refusal != ErrorCode.None)
            return Task.FromResult(write.Refusal);
        if (!Partition.TryWait(write, write.EndOffset))
            End(write, Partition.HighWatermark >= write.EndOffset ? null : Partition.Failure);
        Partition.Announce();
        return write.Outcome;
    }

    private ShareDecision NewDecision(in SharePartitionKey key) =>
        new(_states.GetValueOrDefault(key), Now, _time.GetUtcNow().ToUnixTimeMilliseconds());

    private TResult Apply<TResult>(
        in SharePartitionKey key,
        ShareDecision decision,
        Func<ShareDecision, TResult> decide,
        out ShareStateWrite? write)
    {
        try
        {
            TResult result = decide(decision);
            write = Perform(key, decision);
            SetTimer();
            return result;
        }
        catch
        {
            // What is half decided is not to be built upon.
            Lose(ErrorCode.UnknownServerError);
            throw;
        }
    }

    private ShareStateWrite? Perform(in SharePartitionKey key, ShareDecision decision)
    {
        ShareStateWrite? write = null;
        if (decision.IsWritten)
        {
            ShareStateRecord record = new(
                key, decision.Partition?.Snapshot(Partition.LeaderEpoch, decision.Timestamp));
            ErrorCode error = _log.Append([record], decision.Timestamp, out long endOffset);
            if (error != ErrorCode.None)
            {
                // The state is ahead of what is written down.
                Lose(error);
                return new ShareStateWrite(this, 0) { Refusal = error };
            }

            _endOffset = endOffset;
            _open.Add(write = new ShareStateWrite(this, endOffset));
        }

        if (decision.Partition is { } partition)
            _states[key] = partition;
        else
            _states.Remove(key);
        _deadlines.Set(key, decision.Partition?.NextDeadlineMs ?? long.MaxValue);
        return write;
    }

    private void Expire()
    {
        List<SharePartitionKey> freed = [];
        List<ShareStateWrite> writes = [];
        try
        {
            lock (_gate)
                Expire(freed, writes);
        }
        catch (Exception exception)
        {
            // On a timer's thread it would end the process. What is half decided is not to be built upon.
            Close(ErrorCode.UnknownServerError);
            _failed(Partition.TopicPartition, exception);
        }

        foreach (ShareStateWrite write in writes)
            _ = Wait(write);
        foreach (SharePartitionKey key in freed)
            _freed(key);
    }

    private void Expire(List<SharePartitionKey> freed, List<ShareStateWrite> writes)
    {
        _timerDue = long.MaxValue;
        long now = Now;
        while (_lost == ErrorCode.None && _deadlines.TryTakeDue(now, out SharePartitionKey key))
        {
            ShareDecision decision = NewDecision(key);
            if (decision.Partition?.Expire(now) == true)
            {
                decision.Write();
                freed.Add(key);
            }

            if (Perform(key, decision) is { } write)
                writes.Add(write);
        }

        SetTimer();
    }

    private void Lose(ErrorCode error)
    {
        if (_lost == ErrorCode.None)
            _lost = error;
        _deadline.TryCancel();
        _timerDue = long.MaxValue;
    }

    private void SetTimer()
    {
        long due = _lost == ErrorCode.None ? _deadlines.Next : long.MaxValue;
        if (due == _timerDue)
            return;

        _deadline.TryCancel();
        _timerDue = due;
        if (due != long.MaxValue)
            _deadline.Start(TimeSpan.FromMilliseconds(Math.Max(0, due - Now)));
    }
}
