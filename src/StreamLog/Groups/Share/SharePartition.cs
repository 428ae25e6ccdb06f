using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>Which records of one partition a share group has done, which its members have, and which are to be
/// delivered.</summary>
/// <remarks>
/// <para>Everything before <see cref="StartOffset"/> is over, nothing from <see cref="EndOffset"/> on was delivered
/// yet, and between them each offset has a state. A member that acquires records has them to itself until it says what
/// became of them or its lock runs out; then they are available again, or given up once they were delivered as often as
/// they may be.</para>
/// <para>What is written down is a <see cref="Snapshot"/>. It does not tell who has what: after a restart acquired
/// records are available, as if that delivery had not been.</para>
/// <para>A state machine without I/O, locks, clocks or chance. Its owner, who keeps the snapshots in
/// <c>__share_group_state</c>, lets one thread in at a time.</para>
/// </remarks>
internal sealed class SharePartition
{
    private readonly ShareSettings _settings;
    private readonly DeliveryRuns _runs;
    private readonly long _createdAt;
    private int _snapshots;

    // What lies before this was let go of by the log, whoever had it.
    private long _cutByLog;

    /// <summary>Begins with a partition.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="start">The first offset to deliver.</param>
    /// <param name="timestamp">The time of the calendar, in Unix milliseconds.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="stateEpoch">How often the group has begun with it before.</param>
    public SharePartition(
        SharePartitionKey key, long start, long timestamp, ShareSettings settings, int stateEpoch = 0)
    {
        Key = key;
        _settings = settings;
        LockDurationMs = settings.LockDurationMs;
        _createdAt = timestamp;
        StateEpoch = stateEpoch;
        _runs = new DeliveryRuns(start);
    }

    /// <summary>Goes on with a partition.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="snapshot">What was written down last.</param>
    /// <param name="settings">The settings.</param>
    public SharePartition(SharePartitionKey key, ShareSnapshotValue snapshot, ShareSettings settings)
        : this(key, Math.Max(0, snapshot.StartOffset), snapshot.CreateTimestamp, settings, snapshot.StateEpoch)
    {
        _snapshots = snapshot.SnapshotEpoch;
        foreach (ShareSnapshotValue.StateBatch batch in snapshot.StateBatches)
            Load(batch.FirstOffset, batch.LastOffset, batch.DeliveryState, batch.DeliveryCount);
        _runs.CutOver();
    }

    /// <summary>Gets group and partition.</summary>
    public SharePartitionKey Key { get; }

    /// <summary>Gets the first offset that is not over.</summary>
    public long StartOffset => _runs.Start;

    /// <summary>Gets the first offset from which on nothing was delivered yet.</summary>
    public long EndOffset => _runs.End;

    /// <summary>Gets how often the group has begun with the partition before.</summary>
    public int StateEpoch { get; }

    /// <summary>Gets or sets how long a member may have a record from now on, in milliseconds.</summary>
    public int LockDurationMs { get; set; }

    /// <summary>Gets the states of the offsets between.</summary>
    public IReadOnlyList<DeliveryRun> Runs => _runs.All;

    /// <summary>Gets how many offsets between are over.</summary>
    public long CompleteCount => Runs.Where(run => run.IsOver).Sum(run => run.Count);

    /// <summary>Gets when <see cref="Expire"/> is to be called; <see cref="long.MaxValue"/> is never.</summary>
    public long NextDeadlineMs => Runs.Count == 0 ? long.MaxValue : Runs.Min(run => run.LockedUntil);

    /// <summary>Finds where to read what may be delivered next.</summary>
    /// <returns>The offset, or -1 where too much is under way.</returns>
    public long FindNext()
    {
        foreach (DeliveryRun run in Runs)
        {
            if (run.State == DeliveryState.Available)
                return run.First;
        }

        return EndOffset - StartOffset < _settings.MaxRecordLocks ? EndOffset : -1;
    }

    /// <summary>Gives a member what was read and is available.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="read">What was read.</param>
    /// <param name="maxRecords">How many records the member may get.</param>
    /// <param name="now">The time that deadlines are counted in.</param>
    /// <returns>What it got, in order.</returns>
    public IReadOnlyList<DeliveryRun> Acquire(string memberId, ReadOffsets read, int maxRecords, long now)
    {
        _runs.Extend(Math.Min(read.End, StartOffset + _settings.MaxRecordLocks));
        ArchiveGaps(read);
        List<DeliveryRun> acquired = [];
        long left = maxRecords;
        foreach ((long first, long last) in read.Records)
        {
            if (left <= 0)
                break;
            foreach (DeliveryRun run in Runs.ToArray())
            {
                if (run.State != DeliveryState.Available || run.Last < first || run.First > last || left <= 0)
                    continue;
                long from = Math.Max(run.First, first);
                long to = Math.Min(Math.Min(run.Last, last), from + left - 1);
                _runs.Change(from, to, available => available with
                {
                    State = DeliveryState.Acquired,
                    DeliveryCount = (short)(available.DeliveryCount + 1),
                    MemberId = memberId,
                    LockedUntil = now + LockDurationMs,
                });
                left -= to - from + 1;
                acquired.Add(new DeliveryRun(from, to, DeliveryState.Acquired, (short)(run.DeliveryCount + 1)));
            }
        }

        _runs.CutOver();
        return acquired;
    }

    /// <summary>Takes what a member says of records that it has: all of it or nothing.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="acknowledged">What it says; without a fault.</param>
    /// <param name="now">The time that deadlines are counted in.</param>
    /// <param name="hasChanged">Whether there is something to write down.</param>
    /// <returns>The error to answer, or None.</returns>
    public ErrorCode Acknowledge(
        string memberId, IReadOnlyList<AcknowledgedRun> acknowledged, long now, out bool hasChanged)
    {
        hasChanged = false;
        foreach (AcknowledgedRun run in acknowledged)
        {
            if (run.Last >= EndOffset)
                return ErrorCode.InvalidRequest;
        }

        foreach (AcknowledgedRun said in acknowledged)
        {
            // Before the start nothing is acquired any more, unless the log has let go of it meanwhile: then it is
            // over, and whatever was said of it holds.
            if (Math.Max(said.First, _cutByLog) <= Math.Min(said.Last, StartOffset - 1)
                || Runs.Any(run => run.Last >= said.First && run.First <= said.Last
                    && (run.State != DeliveryState.Acquired || run.MemberId != memberId || run.LockedUntil <= now)))
            {
                return ErrorCode.InvalidRecordState;
            }
        }

        foreach (AcknowledgedRun said in acknowledged)
        {
            foreach ((long first, long last, AcknowledgeType type) in said.Split())
            {
                _runs.Change(first, last, run => Acknowledge(run, type, now));
                hasChanged |= type != AcknowledgeType.Renew;
            }
        }

        _runs.CutOver();
        return ErrorCode.None;
    }

    /// <summary>Takes all records from a member that has closed its session: it says that it has not worked at
    /// them.</summary>
    /// <param name="memberId">The member.</param>
    /// <returns><see langword="true"/> if it had any. What is written down said so already.</returns>
    public bool Release(string memberId)
    {
        bool hasReleased = false;
        _runs.Change(StartOffset, EndOffset - 1, run =>
        {
            if (run.State != DeliveryState.Acquired || run.MemberId != memberId)
                return run;
            hasReleased = true;
            return Free(run, DeliveryState.Available) with { DeliveryCount = (short)(run.DeliveryCount - 1) };
        });
        return hasReleased;
    }

    /// <summary>Takes records from members whose lock has run out.</summary>
    /// <param name="now">The time that deadlines are counted in.</param>
    /// <returns><see langword="true"/> if there were any: there is something to write down.</returns>
    public bool Expire(long now)
    {
        if (NextDeadlineMs > now)
            return false;

        _runs.Change(StartOffset, EndOffset - 1, run => run.LockedUntil <= now ? PutBack(run) : run);
        _runs.CutOver();
        return true;
    }

    /// <summary>Follows the log, which may begin later than before, or end earlier where it was not kept on
    /// disk.</summary>
    /// <param name="logStart">The first offset that can be read.</param>
    /// <param name="logEnd">The offset that the next record will get.</param>
    public void Follow(long logStart, long logEnd)
    {
        if (logEnd < EndOffset)
            _runs.Truncate(logEnd);
        if (logStart <= StartOffset)
            return;

        _cutByLog = logStart;
        _runs.Cut(logStart);
        _runs.CutOver();
    }

    /// <summary>Makes what is to be written down.</summary>
    /// <param name="leaderEpoch">The epoch of the partition's leader.</param>
    /// <param name="timestamp">The time of the calendar, in Unix milliseconds.</param>
    /// <returns>The record's value.</returns>
    public ShareSnapshotValue Snapshot(int leaderEpoch, long timestamp)
    {
        ShareSnapshotValue value = new()
        {
            SnapshotEpoch = ++_snapshots,
            StateEpoch = StateEpoch,
            LeaderEpoch = leaderEpoch,
            StartOffset = StartOffset,
            DeliveryCompleteCount = (int)CompleteCount,
            CreateTimestamp = _createdAt,
            WriteTimestamp = timestamp,
        };
        foreach (DeliveryRun run in Runs)
        {
            DeliveryRun written = run.State == DeliveryState.Acquired
                ? run with { State = DeliveryState.Available, DeliveryCount = (short)(run.DeliveryCount - 1) }
                : run;

            // What was never delivered needs no word: that is what an offset without one is.
            if (written.State == DeliveryState.Available && written.DeliveryCount == 0)
                continue;
            value.StateBatches.Add(new ShareSnapshotValue.StateBatch
            {
                FirstOffset = written.First,
                LastOffset = written.Last,
                DeliveryState = (sbyte)written.State,
                DeliveryCount = written.DeliveryCount,
            });
        }

        return value;
    }

    /// <summary>Takes an update, as Kafka writes them between snapshots.</summary>
    /// <param name="update">What has changed.</param>
    public void Apply(ShareUpdateValue update)
    {
        if (update.SnapshotEpoch != _snapshots)
            return;
        foreach (ShareUpdateValue.StateBatch batch in update.StateBatches)
            Load(batch.FirstOffset, batch.LastOffset, batch.DeliveryState, batch.DeliveryCount);
        _runs.Cut(update.StartOffset);
        _runs.CutOver();
    }

    private static DeliveryRun Free(in DeliveryRun run, DeliveryState state) =>
        run with { State = state, MemberId = null, LockedUntil = long.MaxValue };

    private DeliveryRun Acknowledge(in DeliveryRun run, AcknowledgeType type, long now) => type switch
    {
        AcknowledgeType.Accept => Free(run, DeliveryState.Acknowledged),
        AcknowledgeType.Release => PutBack(run),
        AcknowledgeType.Renew => run with { LockedUntil = now + LockDurationMs },
        _ => Free(run, DeliveryState.Archived),
    };

    private DeliveryRun PutBack(in DeliveryRun run) => Free(
        run, run.DeliveryCount < _settings.DeliveryCountLimit ? DeliveryState.Available : DeliveryState.Archived);

    private void ArchiveGaps(ReadOffsets read)
    {
        long at = read.From;
        foreach ((long first, long last) in read.Records.Append((read.End, read.End)))
        {
            if (first > at)
            {
                _runs.Change(at, first - 1, run => run.State == DeliveryState.Available
                    ? Free(run, DeliveryState.Archived)
                    : run);
            }

            at = last + 1;
        }
    }

    private void Load(long first, long last, sbyte state, short deliveryCount)
    {
        if (last < first || last < StartOffset)
            return;

        _runs.Extend(last + 1);
        _runs.Change(first, last, run => run with
        {
            State = (DeliveryState)state is DeliveryState.Acknowledged or DeliveryState.Archived
                ? (DeliveryState)state
                : DeliveryState.Available,
            DeliveryCount = deliveryCount,
        });
    }
}
