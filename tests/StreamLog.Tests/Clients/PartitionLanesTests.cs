using FsCheck;
using FsCheck.Fluent;
using StreamLog.Clients.Consuming;
using StreamLog.Clients.Handling;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What lanes decide, apart from all threads and clocks.</summary>
public sealed class PartitionLanesTests
{
    // Goal: whatever handlers do, in whatever order, records of a key are handled in their order, one at a time, each
    // until it is done and once; the offset to commit never passes one that is not; limits hold; a lane that waits or
    // is paused stops no other; and nothing gets stuck.
    // Method: a random history against a model that keeps every record, then an end in which everything works.
    [Fact]
    public void Order_limits_and_the_committable_offset_hold_whatever_handlers_do() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(200),
            Prop.ForAll(ArbMap.Default.GeneratorFor<LaneStep[]>().ToArbitrary(), steps =>
            {
                for (int setup = 0; setup < 4; setup++)
                    Replay(steps, setup);
            }));

    [Fact]
    public void A_lane_that_waits_holds_up_its_key_alone_and_takes_no_turn()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 100, 100, 1));
        Add(lanes, 0, 1);
        Add(lanes, 1, 1);
        Add(lanes, 2, 2);
        Lane<string> failed = lanes.TryStart()!;
        lanes.Wait(failed);

        Lane<string> other = lanes.TryStart()!;
        Assert.Equal(2, other.First!.Offset);
        lanes.Done(other);
        Assert.Null(lanes.TryStart());
        Assert.Equal(0, lanes.Oldest!.Offset);

        lanes.Due(failed);
        Assert.Equal(2, lanes.TryStart()!.First!.Attempts);
        lanes.Done(failed);
        Assert.Equal(1, lanes.TryStart()!.First!.Offset);
    }

    [Fact]
    public void Room_is_made_when_half_of_what_was_fetched_ahead_is_done()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 4, 100, 1));
        for (int i = 0; i < 4; i++)
            Add(lanes, i, 0);
        Assert.True(lanes.IsFull);

        lanes.Done(lanes.TryStart()!);
        Assert.False(lanes.HasRoom);
        lanes.Done(lanes.TryStart()!);
        Assert.True(lanes.HasRoom);
    }

    [Fact]
    public void What_stands_behind_a_lane_that_waits_does_not_end_the_reading_of_others()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 8, 100, 1));
        for (int i = 0; i < 5; i++)
            Add(lanes, i, 0);
        lanes.Wait(lanes.TryStart()!);
        for (int i = 5; i < 8; i++)
            Add(lanes, i, i);
        Assert.True(lanes.IsFull);

        // More than half of what was fetched ahead waits, for as long as its lane does.
        for (int i = 5; i < 8; i++)
        {
            Assert.False(lanes.HasRoom);
            lanes.Done(lanes.TryStart()!);
        }

        Assert.True(lanes.HasRoom);
        Add(lanes, 8, 8);
        Assert.Equal(8, lanes.TryStart()!.First!.Offset);
    }

    [Fact]
    public void No_more_is_done_behind_a_paused_record_than_the_window_holds()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 5, 10, 1));
        Add(lanes, 0, 0);
        lanes.Pause(lanes.TryStart()!);
        int done = 0;
        for (int offset = 1; !lanes.IsFull; offset++, done++)
        {
            Add(lanes, offset, offset);
            lanes.Done(lanes.TryStart()!);
        }

        Assert.Equal(9, done);
        Assert.False(lanes.HasRoom);
        Assert.Equal([0L], lanes.Paused);
    }

    [Fact]
    public void A_batch_waits_for_its_size_or_until_it_is_ripe_and_leaves_out_what_stands_alone()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 100, 100, 3));
        Add(lanes, 0, 0);
        Add(lanes, 1, 0);
        Assert.Null(lanes.TryStart());
        Assert.True(lanes.IsRipening);
        lanes.Ripen();
        Assert.Equal([0, 1], Take(lanes));

        for (int i = 2; i < 6; i++)
            lanes.Add(i, 0, "", isAlone: i == 4, now: 0);
        Assert.Equal([2, 3], Take(lanes));
        Assert.Equal([4], Take(lanes));
        Assert.Null(lanes.TryStart());
        Add(lanes, 6, 0);
        Add(lanes, 7, 0);
        Assert.Equal([5, 6, 7], Take(lanes));
    }

    [Fact]
    public void A_batch_that_is_split_is_tried_one_by_one_before_what_is_behind_it()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(1, 100, 100, 3));
        for (int i = 0; i < 6; i++)
            Add(lanes, i, 0);
        lanes.Split(lanes.TryStart()!);

        Assert.Equal([0], Take(lanes));
        Assert.Equal([1], Take(lanes));
        Assert.Equal([2], Take(lanes));
        Assert.Equal([3, 4, 5], Take(lanes));
    }

    [Fact]
    public void What_is_dropped_starts_nothing_and_lets_finish_what_runs()
    {
        PartitionLanes<string> lanes = new(new LaneLimits(2, 100, 100, 1));
        for (int i = 0; i < 4; i++)
            Add(lanes, i, i);
        Lane<string> first = lanes.TryStart()!;
        Lane<string> second = lanes.TryStart()!;
        lanes.Drop();

        Add(lanes, 4, 4);
        lanes.Done(first);
        Assert.Null(lanes.TryStart());
        lanes.Wait(second);
        lanes.Due(second);
        Assert.Null(lanes.TryStart());
        Assert.Equal(0, lanes.Running);
    }

    private static void Add(PartitionLanes<string> lanes, int offset, int lane) =>
        lanes.Add(offset, lane, "", isAlone: false, now: 0);

    private static List<int> Take(PartitionLanes<string> lanes)
    {
        Lane<string> lane = lanes.TryStart()!;
        List<int> offsets = [];
        LaneEntry<string>? entry = lane.First;
        for (int i = 0; i < lane.Taken; i++, entry = entry.Next)
            offsets.Add((int)entry!.Offset);
        lanes.Done(lane);
        return offsets;
    }

    private static void Replay(LaneStep[] steps, int setup)
    {
        LaneLimits limits = setup switch
        {
            0 => new LaneLimits(1, 5, 9, 1),
            1 => new LaneLimits(3, 8, 20, 1),
            2 => new LaneLimits(100, 4, 4, 1),
            _ => new LaneLimits(1, 8, 8, 3),
        };
        LaneHistory history = new(limits);
        foreach (LaneStep step in steps)
            history.Make(step);
        history.EndWell();
    }

    /// <summary>A step of a history: something is chosen by <paramref name="Which"/>.</summary>
    public sealed record LaneStep(byte Kind, byte Which, byte Gap);

    /// <summary>A random history, and what must hold in it.</summary>
    private sealed class LaneHistory(LaneLimits limits)
    {
        private readonly PartitionLanes<int> _lanes = new(limits);
        private readonly PartitionProgress _progress = new();
        private readonly List<Lane<int>> _running = [];
        private readonly List<Lane<int>> _waiting = [];
        private readonly HashSet<long> _paused = [];
        private readonly SortedDictionary<long, int> _notDone = [];
        private readonly Dictionary<int, long> _lastDone = [];
        private readonly HashSet<int> _pausedKeys = [];
        private long _next;

        public void Make(LaneStep step)
        {
            switch (step.Kind % 8)
            {
                case 0 or 1 or 2:
                    Accept(step);
                    break;
                case 3 or 4:
                    Start();
                    break;
                case 5:
                    Finish(step);
                    break;
                case 6:
                    Fail(step);
                    break;
                default:
                    if (limits.BatchSize > 1 && step.Which % 2 == 0)
                        _lanes.Ripen();
                    else if (_waiting.Count > 0)
                        Due(step.Which % _waiting.Count);
                    break;
            }

            CheckCommit();
            Assert.Equal(_notDone.Count, _lanes.Unfinished);
            Assert.InRange(_running.Count, 0, limits.Concurrency);
            Assert.Equal(_running.Count, _lanes.Running);
            Assert.Equal(_notDone.Count == 0 ? null : _notDone.Keys.First(), _lanes.Oldest?.Offset);
        }

        public void EndWell()
        {
            while (true)
            {
                while (_waiting.Count > 0)
                    Due(0);
                _lanes.Ripen();
                while (Start())
                {
                }

                if (_running.Count == 0)
                    break;
                while (_running.Count > 0)
                    Done(0);
            }

            // All that is left is what is paused, and what has the key of something paused.
            Assert.All(_notDone, pair => Assert.Contains(pair.Value, _pausedKeys));
            Assert.Equal(_paused.Count, _lanes.Paused.Count);
            CheckCommit();
        }

        private void Accept(LaneStep step)
        {
            // Who reads keeps to it: full is full.
            if (_lanes.IsFull)
                return;
            int key = limits.BatchSize > 1 ? 0 : step.Which % 4;
            _next += step.Gap % 3;
            _progress.Begin(_next);
            _lanes.Add(_next, key, key, step.Which % 7 == 0, now: _next);
            _notDone.Add(_next++, key);
        }

        private bool Start()
        {
            Lane<int>? lane = _lanes.TryStart();
            if (lane is null)
                return false;
            Assert.DoesNotContain(lane, _running);
            Assert.DoesNotContain(lane, _waiting);
            Assert.InRange(lane.Taken, 1, limits.BatchSize);
            Assert.DoesNotContain(lane.First!.Item, _pausedKeys);

            // The oldest of its key, in their order, and none that was done.
            long[] taken = Offsets(lane);
            long[] expected = [.. _notDone.Where(pair => pair.Value == lane.First.Item)
                .Select(pair => pair.Key).Take(taken.Length)];
            Assert.Equal(expected, taken);
            _running.Add(lane);
            return true;
        }

        private void Finish(LaneStep step)
        {
            if (_running.Count > 0)
                Done(step.Which % _running.Count);
        }

        private void Done(int index)
        {
            Lane<int> lane = _running[index];
            _running.RemoveAt(index);
            int key = lane.First!.Item;
            foreach (long offset in Offsets(lane))
            {
                Assert.True(offset > _lastDone.GetValueOrDefault(key, -1));
                _lastDone[key] = offset;
                Assert.True(_notDone.Remove(offset));
                _progress.Complete(offset);
            }

            _lanes.Done(lane);
        }

        private void Fail(LaneStep step)
        {
            if (_running.Count == 0)
                return;
            int index = step.Which % _running.Count;
            Lane<int> lane = _running[index];
            _running.RemoveAt(index);
            if (lane.Taken > 1 && step.Gap % 2 == 0)
            {
                _lanes.Split(lane);
            }
            else if (step.Gap % 5 == 0)
            {
                _paused.Add(lane.First!.Offset);
                _pausedKeys.Add(lane.First.Item);
                _lanes.Pause(lane);
            }
            else
            {
                _waiting.Add(lane);
                _lanes.Wait(lane);
            }
        }

        private void Due(int index)
        {
            Lane<int> lane = _waiting[index];
            _waiting.RemoveAt(index);
            _lanes.Due(lane);
        }

        private void CheckCommit()
        {
            if (!_progress.TryGetCommit(out long offset))
                return;
            Assert.DoesNotContain(_notDone.Keys, open => open < offset);
            _progress.Committed(offset);
        }

        private static long[] Offsets(Lane<int> lane)
        {
            List<long> offsets = [];
            LaneEntry<int>? entry = lane.First;
            for (int i = 0; i < lane.Taken; i++, entry = entry.Next)
                offsets.Add(entry!.Offset);
            return [.. offsets];
        }
    }
}
