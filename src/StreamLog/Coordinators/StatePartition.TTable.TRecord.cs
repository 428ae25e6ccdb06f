using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Coordinators;

/// <summary>One partition of an internal topic with the state that it keeps: the shell around a state
/// machine.</summary>
/// <remarks>
/// <para>It lets one thread in at a time to decide, appends the records of the decision, has them applied, and gives
/// the answers out once they are committed. An answer without records waits for what was written before it: it may tell
/// of that. One timer serves the earliest deadline of all state.</para>
/// <para>Where the partition fails, everybody who waits is told, and the state is lost: whoever needs it again takes
/// charge anew. Owned by the coordinator; thread-safe.</para>
/// </remarks>
/// <typeparam name="TTable">The state machine.</typeparam>
/// <typeparam name="TRecord">What it is made of.</typeparam>
internal abstract class StatePartition<TTable, TRecord> : StatePartition
    where TTable : class, IStateTable<TRecord>
{
    private readonly ReplicatedPartition _partition;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Action<TopicPartition, Exception> _failed;
    private readonly StateLog<TRecord> _log;
    private readonly ReusableDeadline _deadline;
    private readonly PartitionFailureWatch _watch;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. Appends happen within it too, so that the queue is in the order of the log.
    private readonly TTable _table;
    private readonly Queue<PendingAnswers<TRecord>> _pending = new();
    private readonly HashSet<Reply> _open = [];
    private long _endOffset;
    private long _timerDue = long.MaxValue;
    private bool _isFresh = true;
    private ErrorCode _lost;

    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <param name="table">The state machine, empty.</param>
    /// <param name="log">Writes to the partition, and fills the state machine from it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Is told of a defect in what is decided when time has come.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    protected StatePartition(
        ReplicatedPartition partition,
        TTable table,
        StateLog<TRecord> log,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
        : base(partition)
    {
        _partition = partition;
        _failed = failed;
        _time = time;
        _startedAt = time.GetTimestamp();
        _log = log;
        _table = table;
        _deadline = new ReusableDeadline(
            time, static owner => ((StatePartition<TTable, TRecord>)owner!).Expire(), this);
        _watch = new PartitionFailureWatch(this);
        lock (_gate)
        {
            if (partition.Failure is null)
                _log.ReadAll();
            _table.Loaded(Now, Timestamp);
            SetTimer();
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

    private long Timestamp => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads the state, under the gate.</summary>
    /// <typeparam name="TResult">What is read.</typeparam>
    /// <param name="read">Reads; it must not keep the state.</param>
    /// <returns>What it read.</returns>
    public TResult Read<TResult>(Func<TTable, TResult> read)
    {
        lock (_gate)
            return read(_table);
    }

    /// <summary>Decides.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="reply">What waits for the response.</param>
    /// <param name="decide">Decides, under the gate: it answers the reply, or has the state keep it and answer it with
    /// a later decision.</param>
    /// <returns>The response, once it holds.</returns>
    protected Task<TResponse> DecideAsync<TResponse>(
        Reply<TResponse> reply, Action<TTable, StateDecision<TRecord>> decide)
        where TResponse : class
    {
        Aftermath aftermath = new();
        try
        {
            lock (_gate)
                Decide(decide, reply, aftermath);
        }
        catch
        {
            // What is half decided is not to be built upon.
            lock (_gate)
                Lose(ErrorCode.UnknownServerError, aftermath);
            throw;
        }
        finally
        {
            aftermath.Finish(this);
        }

        return reply.Outcome;
    }

    /// <inheritdoc/>
    public override void Settle()
    {
        Aftermath aftermath = new();
        lock (_gate)
        {
            // The failure first: what is committed afterwards is settled by whoever committed it.
            StreamLogException? failure = _partition.Failure;
            long highWatermark = _partition.HighWatermark;
            while (_pending.TryPeek(out PendingAnswers<TRecord>? first) && first.EndOffset <= highWatermark)
            {
                _pending.Dequeue();
                Commit(first);
                Release(first.Decision, aftermath);
            }

            if (failure is not null)
                Lose(_log.ErrorOf(failure.ErrorCode), aftermath);
        }

        aftermath.Finish(this);
    }

    /// <inheritdoc/>
    public override void Close(ErrorCode error)
    {
        Aftermath aftermath = new();
        lock (_gate)
        {
            foreach (Reply reply in _open.Where(reply => !reply.IsDecided).ToArray())
            {
                _open.Remove(reply);
                aftermath.Refused.Add((reply, error));
            }

            if (_lost == ErrorCode.None)
                _lost = error;
            _deadline.TryCancel();
        }

        _partition.TryTakeBack(_watch);
        aftermath.Finish(this);
    }

    /// <inheritdoc/>
    public override void Expire(ErrorCode error)
    {
        Aftermath aftermath = new();
        lock (_gate)
            Lose(error, aftermath);
        aftermath.Finish(this);
    }

    private void Expire()
    {
        Aftermath aftermath = new();
        try
        {
            lock (_gate)
                Expire(aftermath);
        }
        catch (Exception exception)
        {
            // On a timer's thread it would end the process. What is half decided is not to be built upon.
            lock (_gate)
                Lose(ErrorCode.UnknownServerError, aftermath);
            _failed(_partition.TopicPartition, exception);
        }

        aftermath.Finish(this);
    }

    private void Expire(Aftermath aftermath)
    {
        _timerDue = long.MaxValue;
        StateDecision<TRecord> decision = NewDecision();
        while (_lost == ErrorCode.None && _table.TryExpire(decision))
        {
            Perform(decision, aftermath);
            decision = NewDecision();
        }

        SetTimer();
    }

    private void Decide(Action<TTable, StateDecision<TRecord>> decide, Reply reply, Aftermath aftermath)
    {
        if (_lost != ErrorCode.None)
        {
            aftermath.Refused.Add((reply, _lost));
            return;
        }

        // What was due already when it was read comes before whatever is asked first.
        if (_isFresh && _timerDue <= Now)
            Expire(aftermath);
        _isFresh = false;
        _open.Add(reply);
        StateDecision<TRecord> decision = NewDecision();
        decide(_table, decision);
        Perform(decision, aftermath);
        SetTimer();
    }

    private StateDecision<TRecord> NewDecision() => _table.NewDecision(Now, Timestamp);

    private void Commit(PendingAnswers<TRecord> pending)
    {
        IReadOnlyList<TRecord> records = pending.Decision.Records;
        for (int i = 0; i < records.Count; i++)
            _table.Commit(records[i], pending.EndOffset - records.Count + i);
    }

    private void Perform(StateDecision<TRecord> decision, Aftermath aftermath)
    {
        if (decision.Records.Count > 0)
        {
            ErrorCode error = _log.Append(decision.Records, decision.Timestamp, out long endOffset);
            if (error != ErrorCode.None)
            {
                Refuse(decision, error, aftermath);
                return;
            }

            _endOffset = endOffset;
            foreach (TRecord record in decision.Records)
                _table.Append(record);

            PendingAnswers<TRecord> pending = new(this, endOffset, decision);
            _pending.Enqueue(pending);
            aftermath.Appended.Add(pending);
        }
        else if (_pending.Count > 0 && decision.Replies.Count > 0)
        {
            // The one before is woken for both: it waits for the same records, or for earlier ones.
            _pending.Enqueue(new PendingAnswers<TRecord>(this, _endOffset, decision));
        }
        else
        {
            Release(decision, aftermath);
        }
    }

    private void Refuse(StateDecision<TRecord> decision, ErrorCode error, Aftermath aftermath)
    {
        foreach (Reply reply in decision.Replies)
        {
            _open.Remove(reply);
            aftermath.Refused.Add((reply, error));
        }

        if (decision.IsAhead)
            Lose(ErrorCode.NotCoordinator, aftermath);
    }

    private void Release(StateDecision<TRecord> decision, Aftermath aftermath)
    {
        foreach (Reply reply in decision.Replies)
        {
            _open.Remove(reply);
            aftermath.Answered.Add(reply);
        }
    }

    private void Lose(ErrorCode error, Aftermath aftermath)
    {
        if (_lost == ErrorCode.None)
            _lost = error;
        _deadline.TryCancel();
        _partition.TryTakeBack(_watch);
        _pending.Clear();
        foreach (Reply reply in _open)
            aftermath.Refused.Add((reply, error));
        _open.Clear();
    }

    private void SetTimer()
    {
        long due = _lost == ErrorCode.None ? _table.NextDeadlineMs : long.MaxValue;
        if (due == _timerDue)
            return;

        _deadline.TryCancel();
        _timerDue = due;
        if (due != long.MaxValue)
            _deadline.Start(TimeSpan.FromMilliseconds(Math.Max(0, due - Now)));
    }

    /// <summary>What is left to do once the gate is given back.</summary>
    private sealed class Aftermath
    {
        public List<Reply> Answered { get; } = [];

        public List<(Reply Reply, ErrorCode Error)> Refused { get; } = [];

        public List<PendingAnswers<TRecord>> Appended { get; } = [];

        public void Finish(StatePartition<TTable, TRecord> owner)
        {
            foreach (Reply reply in Answered)
                reply.Complete();
            foreach ((Reply reply, ErrorCode error) in Refused)
                reply.Refuse(error);

            bool isSettled = false;
            foreach (PendingAnswers<TRecord> pending in Appended)
                isSettled |= !owner._partition.TryWait(pending, pending.EndOffset);
            if (isSettled)
                owner.Settle();
            if (Appended.Count > 0)
                owner._partition.Announce();
        }
    }
}
