using StreamLog.Diagnostics;

namespace StreamLog.Clients.Handling;

/// <summary>Decides which records of one partition are handled when: one after another within a lane, several lanes at
/// a time.</summary>
/// <typeparam name="T">The type of a record.</typeparam>
/// <remarks>
/// <para>It decides only: no I/O, no lock, no clock. Its owner lets one thread in at a time, does what
/// <see cref="TryStart"/> returns, and reports back with <see cref="Done"/>, <see cref="Wait"/>, <see cref="Split"/>
/// or <see cref="Pause"/>.</para>
/// <para>A lane that waits or is paused holds up no other lane and takes no turn from them, until there are as many
/// records behind its own as the limits allow.</para>
/// </remarks>
internal sealed class PartitionLanes<T>
{
    private readonly LaneLimits _limits;
    private readonly Dictionary<int, Lane<T>> _lanes = [];
    private readonly Stack<Lane<T>> _unused = new();
    private readonly Queue<Lane<T>> _ready = new();

    /// <summary>All records from the oldest one on that is not done.</summary>
    private readonly Queue<LaneEntry<T>> _span = new();

    private bool _isDropped;

    /// <summary>Creates lanes without records.</summary>
    /// <param name="limits">How much is handled at a time.</param>
    public PartitionLanes(LaneLimits limits) => _limits = limits;

    /// <summary>Gets the number of lanes that run.</summary>
    public int Running { get; private set; }

    /// <summary>Gets the number of records that were accepted and are not done.</summary>
    public int Unfinished { get; private set; }

    /// <summary>Gets the oldest record that is not done.</summary>
    public LaneEntry<T>? Oldest => _span.TryPeek(out LaneEntry<T>? oldest) ? oldest : null;

    /// <summary>Gets the offsets of the records that were given up.</summary>
    public List<long> Paused { get; } = [];

    /// <summary>Gets whether no more records should come.</summary>
    public bool IsFull => Unfinished >= _limits.Prefetch || _span.Count >= _limits.Window;

    /// <summary>Gets whether records may come again after it was full.</summary>
    /// <remarks>Half of them are done by then, so that reading goes on in few steps; or nothing is left to run but what
    /// is behind a lane that waits or is paused, which may go on doing so for long.</remarks>
    public bool HasRoom => _span.Count < _limits.Window
        && (Unfinished <= _limits.Prefetch / 2
            || (Unfinished < _limits.Prefetch && Running == 0 && _ready.Count == 0));

    /// <summary>Gets whether records wait for others to make a batch with, so that somebody must
    /// <see cref="Ripen"/> them.</summary>
    public bool IsRipening => _limits.BatchSize > 1 && !_isDropped
        && _lanes.Values.Any(static lane => lane is { State: LaneState.Idle, Count: > 0 });

    /// <summary>Accepts a record.</summary>
    /// <param name="offset">Its offset, above those before.</param>
    /// <param name="laneId">What keeps it in order with others: equal numbers share a lane.</param>
    /// <param name="item">The record.</param>
    /// <param name="isAlone">Whether it shares no batch with others.</param>
    /// <param name="now">The time, for <see cref="LaneEntry{T}.AcceptedAt"/>.</param>
    public void Add(long offset, int laneId, T item, bool isAlone, long now)
    {
        if (_isDropped)
            return;
        LaneEntry<T> entry = new(offset, item, now) { IsAlone = isAlone };
        _span.Enqueue(entry);
        Unfinished++;
        if (!_lanes.TryGetValue(laneId, out Lane<T>? lane))
        {
            lane = _unused.TryPop(out Lane<T>? unused) ? unused : new Lane<T>();
            lane.Id = laneId;
            _lanes.Add(laneId, lane);
        }

        lane.Append(entry);
        if (lane.State == LaneState.Idle && (lane.Count >= _limits.BatchSize || lane.AloneCount > 0))
            MakeReady(lane);
    }

    /// <summary>Lets the lane run whose turn it is.</summary>
    /// <returns>The lane, whose first entries are taken; <see langword="null"/> if none may run.</returns>
    public Lane<T>? TryStart()
    {
        if (_isDropped || Running >= _limits.Concurrency || !_ready.TryDequeue(out Lane<T>? lane))
            return null;

        // What is tried again is tried again as it was.
        if (lane.Taken == 0)
            lane.Taken = CountToTake(lane);
        LaneEntry<T>? entry = lane.First;
        for (int i = 0; i < lane.Taken; i++, entry = entry.Next)
            entry!.Attempts++;
        lane.State = LaneState.Running;
        Running++;
        return lane;
    }

    /// <summary>Notes that what a lane has taken is done.</summary>
    /// <param name="lane">The lane, which was running.</param>
    public void Done(Lane<T> lane)
    {
        Stop(lane, LaneState.Idle);
        for (; lane.Taken > 0; lane.Taken--)
        {
            lane.RemoveFirst().IsDone = true;
            Unfinished--;
        }

        while (_span.TryPeek(out LaneEntry<T>? oldest) && oldest.IsDone)
            _span.Dequeue();
        if (lane.Count == 0)
        {
            _lanes.Remove(lane.Id);
            _unused.Push(lane);
        }
        else if (lane.Count >= _limits.BatchSize || lane.AloneCount > 0)
        {
            MakeReady(lane);
        }
    }

    /// <summary>Notes that what a lane has taken is to be tried again, once it is <see cref="Due"/>.</summary>
    /// <param name="lane">The lane, which was running.</param>
    public void Wait(Lane<T> lane) => Stop(lane, LaneState.Waiting);

    /// <summary>Lets a lane that waits try again.</summary>
    /// <param name="lane">The lane.</param>
    public void Due(Lane<T> lane)
    {
        Invariant.Holds(lane.State == LaneState.Waiting);
        MakeReady(lane);
    }

    /// <summary>Has what a lane has taken together tried again one by one.</summary>
    /// <param name="lane">The lane, which was running.</param>
    public void Split(Lane<T> lane)
    {
        Stop(lane, LaneState.Idle);
        LaneEntry<T>? entry = lane.First;
        for (; lane.Taken > 0; lane.Taken--, entry = entry.Next)
        {
            if (!entry!.IsAlone)
                lane.AloneCount++;
            entry.IsAlone = true;
        }

        MakeReady(lane);
    }

    /// <summary>Notes that what a lane has taken cannot be done. The lane goes no further.</summary>
    /// <param name="lane">The lane, which was running.</param>
    public void Pause(Lane<T> lane)
    {
        Stop(lane, LaneState.Paused);
        Paused.Add(lane.First!.Offset);
    }

    /// <summary>Lets batches run that are not full.</summary>
    public void Ripen()
    {
        foreach (Lane<T> lane in _lanes.Values)
        {
            if (lane is { State: LaneState.Idle, Count: > 0 })
                MakeReady(lane);
        }
    }

    /// <summary>Starts nothing any more and accepts nothing: the partition is to be given up.</summary>
    public void Drop()
    {
        _isDropped = true;
        _ready.Clear();
    }

    private void MakeReady(Lane<T> lane)
    {
        lane.State = LaneState.Ready;
        if (!_isDropped)
            _ready.Enqueue(lane);
    }

    private void Stop(Lane<T> lane, LaneState state)
    {
        Invariant.Holds(lane.State == LaneState.Running);
        lane.State = state;
        Running--;
    }

    private int CountToTake(Lane<T> lane)
    {
        if (lane.First!.IsAlone)
            return 1;
        int count = 0;
        for (LaneEntry<T>? entry = lane.First;
            entry is { IsAlone: false } && count < _limits.BatchSize;
            entry = entry.Next)
        {
            count++;
        }

        return count;
    }
}
