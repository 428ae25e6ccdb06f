using StreamLog.Replication;
using StreamLog.Threading;

namespace StreamLog.Groups;

/// <summary>One partition of <c>__consumer_offsets</c> with the groups in it: the shell around
/// <see cref="GroupTable"/>.</summary>
/// <remarks>
/// <para>It lets one thread in at a time to decide, appends the records of the decision, has them applied, and gives
/// the answers out once they are committed. An answer without records waits for what was written before it: it may tell
/// of that. One timer serves the earliest deadline of all groups.</para>
/// <para>Where the partition fails, everybody who waits is told, and the state is lost: whoever needs it again takes
/// charge anew. Owned by the coordinator; thread-safe.</para>
/// </remarks>
internal sealed class OffsetsPartition
{
    private readonly ReplicatedPartition _partition;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Action<TopicPartition, Exception> _failed;
    private readonly GroupLog _log;
    private readonly ReusableDeadline _deadline;
    private readonly PartitionFailureWatch _watch;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. Appends happen within it too, so that the queue is in the order of the log.
    private readonly GroupTable _groups;
    private readonly Queue<PendingAnswers> _pending = new();
    private readonly HashSet<GroupReply> _open = [];
    private long _endOffset;
    private long _timerDue = long.MaxValue;
    private ErrorCode _lost;

    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <param name="create">Creates the group that a record begins.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Is told of a defect in what groups do when time has come.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public OffsetsPartition(
        ReplicatedPartition partition,
        Func<GroupRecord, IGroup?> create,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
    {
        _partition = partition;
        _failed = failed;
        _time = time;
        _startedAt = time.GetTimestamp();
        _log = new GroupLog(partition);
        _groups = new GroupTable(create);
        _deadline = new ReusableDeadline(time, static owner => ((OffsetsPartition)owner!).Expire(), this);
        _watch = new PartitionFailureWatch(this);
        lock (_gate)
        {
            if (partition.Failure is null)
                _log.ReadAll(_groups);
            _groups.Loaded(Now);
            SetTimer();
        }

        if (!partition.TryWait(_watch, PartitionFailureWatch.EndOffset))
            Settle();
    }

    /// <summary>Gets the partition.</summary>
    public ReplicatedPartition Partition => _partition;

    /// <summary>Gets whether the state is lost, so that the partition is to be loaded anew.</summary>
    public bool IsLost
    {
        get
        {
            lock (_gate)
                return _lost != ErrorCode.None;
        }
    }

    private long Now => (long)_time.GetElapsedTime(_startedAt).TotalMilliseconds;

    /// <summary>Reads the state, under the gate.</summary>
    /// <typeparam name="TResult">What is read.</typeparam>
    /// <param name="read">Reads; it must not keep the state.</param>
    /// <returns>What it read.</returns>
    public TResult Read<TResult>(Func<GroupTable, TResult> read)
    {
        lock (_gate)
            return read(_groups);
    }

    /// <summary>Decides about one group.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="refusal">Makes the response that tells an error.</param>
    /// <param name="decide">Decides, under the gate: it answers the reply, or has the group keep it and answer it with
    /// a later decision.</param>
    /// <returns>The response, once it holds.</returns>
    public Task<TResponse> DecideAsync<TResponse>(
        string group,
        Func<ErrorCode, TResponse> refusal,
        Action<GroupTable, GroupDecision, GroupReply<TResponse>> decide)
        where TResponse : class
    {
        GroupReply<TResponse> reply = new(refusal);
        Aftermath aftermath = new();
        try
        {
            lock (_gate)
                Decide(group, decide, reply, aftermath);
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

    /// <summary>Gives out the answers that the high watermark has passed, or refuses all of them where the partition
    /// has failed.</summary>
    public void Settle()
    {
        Aftermath aftermath = new();
        lock (_gate)
        {
            // The failure first: what is committed afterwards is settled by whoever committed it.
            StreamLogException? failure = _partition.Failure;
            long highWatermark = _partition.HighWatermark;
            while (_pending.TryPeek(out PendingAnswers? first) && first.EndOffset <= highWatermark)
            {
                _pending.Dequeue();
                foreach (GroupRecord record in first.Decision.Records)
                    _groups.Commit(record);
                Release(first.Decision, aftermath);
            }

            if (failure is not null)
                Lose(GroupLog.ErrorOf(failure.ErrorCode), aftermath);
        }

        aftermath.Finish(this);
    }

    /// <summary>Gives the partition up: what is under way comes to its end, and who waits for more is
    /// refused.</summary>
    /// <param name="error">What they are told.</param>
    public void Close(ErrorCode error)
    {
        Aftermath aftermath = new();
        lock (_gate)
        {
            foreach (GroupReply reply in _open.Where(reply => !reply.IsDecided).ToArray())
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
        long now = Now;
        while (_lost == ErrorCode.None && _groups.TryTakeDue(now, out IGroup? group))
        {
            GroupDecision decision = NewDecision();
            group.Expire(decision);
            _groups.Reschedule(group.Name);
            Perform(decision, aftermath);
        }

        SetTimer();
    }

    private void Decide<TResponse>(
        string group,
        Action<GroupTable, GroupDecision, GroupReply<TResponse>> decide,
        GroupReply<TResponse> reply,
        Aftermath aftermath)
        where TResponse : class
    {
        if (_lost != ErrorCode.None)
        {
            aftermath.Refused.Add((reply, _lost));
            return;
        }

        _open.Add(reply);
        GroupDecision decision = NewDecision();
        decide(_groups, decision, reply);
        _groups.Reschedule(group);
        Perform(decision, aftermath);
        SetTimer();
    }

    private GroupDecision NewDecision() => new(Now, _time.GetUtcNow().ToUnixTimeMilliseconds());

    private void Perform(GroupDecision decision, Aftermath aftermath)
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
            foreach (GroupRecord record in decision.Records)
                _groups.Append(record);

            PendingAnswers pending = new(this, endOffset, decision);
            _pending.Enqueue(pending);
            aftermath.Appended.Add(pending);
        }
        else if (_pending.Count > 0 && decision.Replies.Count > 0)
        {
            // The one before is woken for both: it waits for the same records, or for earlier ones.
            _pending.Enqueue(new PendingAnswers(this, _endOffset, decision));
        }
        else
        {
            Release(decision, aftermath);
        }
    }

    private void Refuse(GroupDecision decision, ErrorCode error, Aftermath aftermath)
    {
        foreach (GroupReply reply in decision.Replies)
        {
            _open.Remove(reply);
            aftermath.Refused.Add((reply, error));
        }

        if (decision.IsAhead)
            Lose(ErrorCode.NotCoordinator, aftermath);
    }

    private void Release(GroupDecision decision, Aftermath aftermath)
    {
        foreach (GroupReply reply in decision.Replies)
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
        foreach (GroupReply reply in _open)
            aftermath.Refused.Add((reply, error));
        _open.Clear();
    }

    private void SetTimer()
    {
        long due = _lost == ErrorCode.None ? _groups.NextDeadlineMs : long.MaxValue;
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
        public List<GroupReply> Answered { get; } = [];

        public List<(GroupReply Reply, ErrorCode Error)> Refused { get; } = [];

        public List<PendingAnswers> Appended { get; } = [];

        public void Finish(OffsetsPartition owner)
        {
            foreach (GroupReply reply in Answered)
                reply.Complete();
            foreach ((GroupReply reply, ErrorCode error) in Refused)
                reply.Refuse(error);

            bool isSettled = false;
            foreach (PendingAnswers pending in Appended)
                isSettled |= !owner._partition.TryWait(pending, pending.EndOffset);
            if (isSettled)
                owner.Settle();
            if (Appended.Count > 0)
                owner._partition.Announce();
        }
    }
}
