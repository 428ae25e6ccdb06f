using StreamLog.Groups.Share;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

/// <summary>Members of one share partition, from a seed: they take, do, release and reject records, crash, and the node
/// starts anew from what it has written down. A model next to it knows each record's fate.</summary>
internal sealed class SharePartitionSimulation(int seed)
{
    private const int Limit = 3;
    private static readonly ShareSettings Settings = new() { DeliveryCountLimit = Limit, MaxRecordLocks = 12 };

    private readonly Random _random = new(seed);
    private readonly HashSet<long> _gaps = [];

    // What was said of a record, and holds: none of it may come back.
    private readonly HashSet<long> _over = [];
    private readonly Dictionary<long, (string Member, long Until, int Count)> _locks = [];
    private SharePartition _partition = new(default, 0, 0, Settings);
    private ShareSnapshotValue _written = new();
    private long _end = 5;
    private long _now;

    public void Run()
    {
        for (long offset = 0; offset < 200; offset++)
        {
            if (_random.Next(6) == 0)
                _gaps.Add(offset);
        }

        for (int step = 0; step < 300; step++)
            Step();

        for (int round = 0; round < 200 && _partition.StartOffset < _end; round++)
        {
            Acquire("last", 100);
            foreach (long offset in HeldBy("last"))
                Say("last", offset, AcknowledgeType.Accept);
            Advance(Settings.LockDurationMs);
        }

        Assert.Equal((_end, _end), (_partition.StartOffset, _partition.FindNext()));
        for (long offset = 0; offset < _end; offset++)
            Assert.True(_over.Contains(offset) || _gaps.Contains(offset), $"Record {offset} is lost.");
    }

    private void Step()
    {
        string member = $"m{_random.Next(3)}";
        switch (_random.Next(12))
        {
            case 0:
                _end = Math.Min(200, _end + _random.Next(6));
                break;
            case 1:
                Advance(_random.Next(Settings.LockDurationMs));
                break;
            case 2:
                if (_partition.Release(member))
                    _ = HeldBy(member).All(_locks.Remove);
                break;
            case 3 when _random.Next(3) == 0:
                Restart();
                break;
            case 4 or 5 or 6:
                Acquire(member, _random.Next(1, 6));
                break;
            default:
                long[] held = HeldBy(member);
                if (held.Length > 0)
                    Say(member, held[_random.Next(held.Length)], (AcknowledgeType)_random.Next(1, 5));
                else
                    SayOfOthers(member);
                break;
        }

        Check();
    }

    private void Acquire(string member, int maxRecords)
    {
        long from = _partition.FindNext();
        if (from < 0 || from >= _end)
            return;

        // What was read in one go, perhaps from before the place.
        long end = Math.Min(_end, from + _random.Next(1, 9));
        List<(long, long)> records = [];
        for (long offset = from; offset < end; offset++)
        {
            if (!_gaps.Contains(offset))
                records.Add((offset, offset));
        }

        IReadOnlyList<DeliveryRun> acquired =
            _partition.Acquire(member, new ReadOffsets(from, end, records), maxRecords, _now);
        long count = 0;
        foreach (DeliveryRun run in acquired)
        {
            for (long offset = run.First; offset <= run.Last; offset++, count++)
            {
                Assert.DoesNotContain(offset, _over);
                Assert.DoesNotContain(offset, _gaps);
                Assert.False(_locks.ContainsKey(offset), $"{offset} is with two members.");
                Assert.InRange(run.DeliveryCount, 1, Limit);
                _locks.Add(offset, (member, _now + Settings.LockDurationMs, run.DeliveryCount));
            }
        }

        Assert.True(count <= maxRecords);
    }

    private void Say(string member, long offset, AcknowledgeType type)
    {
        ErrorCode error = _partition.Acknowledge(
            member, [new AcknowledgedRun(offset, offset, [(sbyte)type])], _now, out bool hasChanged);
        Assert.Equal(ErrorCode.None, error);
        Assert.Equal(type != AcknowledgeType.Renew, hasChanged);
        (_, _, int count) = _locks[offset];
        if (type == AcknowledgeType.Renew)
        {
            _locks[offset] = (member, _now + Settings.LockDurationMs, count);
            return;
        }

        _locks.Remove(offset);
        if (type != AcknowledgeType.Release || count == Limit)
            _over.Add(offset);
        Write();
    }

    private void SayOfOthers(string member)
    {
        if (_partition.EndOffset == 0)
            return;

        long offset = _random.NextInt64(_partition.EndOffset);
        Assert.Equal(ErrorCode.InvalidRecordState, _partition.Acknowledge(
            member, [new AcknowledgedRun(offset, offset, [1])], _now, out bool hasChanged));
        Assert.False(hasChanged);
    }

    private void Advance(long milliseconds)
    {
        long end = _now + milliseconds;
        while (_partition.NextDeadlineMs <= end)
        {
            _now = _partition.NextDeadlineMs;
            Assert.True(_partition.Expire(_now));
            foreach ((long offset, (_, long until, int count)) in _locks.ToArray())
            {
                if (until > _now)
                    continue;
                _locks.Remove(offset);
                if (count == Limit)
                    _over.Add(offset);
            }

            Write();
        }

        _now = end;
    }

    private void Write() => _written = _partition.Snapshot(0, 0);

    private void Restart()
    {
        byte[] bytes = ShareStateRecords.WriteValue(_written);
        _partition = new SharePartition(default, ShareStateRecords.ReadSnapshot(bytes), Settings);
        _locks.Clear();
    }

    private long[] HeldBy(string member) =>
        [.. _locks.Where(held => held.Value.Member == member).Select(held => held.Key).Order()];

    private void Check()
    {
        Assert.True(_partition.EndOffset - _partition.StartOffset <= Settings.MaxRecordLocks);
        long at = _partition.StartOffset;
        foreach (DeliveryRun run in _partition.Runs)
        {
            Assert.Equal(at, run.First);
            Assert.True(run.Last >= run.First);
            at = run.Last + 1;
            Assert.Equal(run.State == DeliveryState.Acquired, run.MemberId is not null);
            for (long offset = run.First; offset <= run.Last; offset++)
            {
                Assert.Equal(
                    _locks.TryGetValue(offset, out (string Member, long Until, int Count) held)
                        ? (held.Member, held.Until)
                        : (null, long.MaxValue),
                    (run.MemberId, run.LockedUntil));
                if (run.State == DeliveryState.Available)
                    Assert.DoesNotContain(offset, _over);
            }
        }

        Assert.Equal(_partition.EndOffset, at);
        for (long offset = 0; offset < _partition.StartOffset; offset++)
            Assert.True(_over.Contains(offset) || _gaps.Contains(offset), $"Record {offset} is lost.");
    }
}
