using System.Globalization;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

// Goal: appends, reads, flushes and trims go on while segments are replaced below them. Method: threads that do each of
// them without a pause; every reader checks the order of what it sees and that no key goes back, and at the end the
// newest of each key is there.
public sealed class ConcurrentCompactionTests
{
    private const int Keys = 5;
    private const int Rounds = 400;

    // How far the appends may run ahead of compaction: else they would be over before it has begun.
    private const int RoundsAhead = 40;

    private readonly CompactionHarness _log = new(
        new InMemoryFileSystem(1 << 24),
        CompactionHarness.Small with { SegmentBytes = 2_000 },
        new LogDirectorySettings { NodeId = 1, TailCacheBytesMax = 1, CompactionMapBytes = 1_000 });

    private int _isOver;
    private int _turns;

    [Fact]
    public async Task Readers_and_writers_go_on_while_segments_are_replaced()
    {
        Task[] others = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(Read)), Task.Run(CompactAsync)];
        for (int round = 0; round < Rounds; round++)
        {
            while (round > (Volatile.Read(ref _turns) + 1) * RoundsAhead && !others[^1].IsCompleted)
                Thread.Yield();
            for (int key = 0; key < Keys; key++)
                _log.Append(("key " + key, round.ToString(CultureInfo.InvariantCulture)));
            _log.Commit();
            if (round % 50 == 49)
                _log.Log.TrimTo(_log.Log.LogStartOffset + 20);
        }

        Volatile.Write(ref _isOver, 1);
        await Task.WhenAll(others);
        Assert.Empty((await _log.Inner.Directory.Compaction.CompactAsync(null, default)).Failures);

        Assert.True(_log.Log.IsOnline, _log.Log.Failure?.Message);
        string last = (Rounds - 1).ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            Enumerable.Range(0, Keys).Select(key => ("key " + key, (string?)last)),
            _log.ReadAll().Select(record => (record.Key, record.Value)));
    }

    private async Task CompactAsync()
    {
        while (Volatile.Read(ref _isOver) == 0)
        {
            CompactionReport report = await _log.Inner.Directory.Compaction.CompactAsync(null, default);
            Assert.Empty(report.Failures);
            Interlocked.Increment(ref _turns);
        }
    }

    private void Read()
    {
        while (Volatile.Read(ref _isOver) == 0)
        {
            Dictionary<string, long> seen = [];
            long offset = _log.Log.LogStartOffset;
            long end = _log.Log.HighWatermark;
            while (IsMore(offset, ref end, seen) && TryRead(offset, end) is { } batches)
            {
                if (batches.Count == 0)
                {
                    end = EndOfBatchBeyond(offset, end);
                    continue;
                }

                foreach (BatchSeen batch in batches)
                {
                    Assert.True(batch.LastOffset >= offset);
                    offset = batch.LastOffset + 1;
                    foreach ((long _, string key, string? value) in batch.Records)
                    {
                        long round = long.Parse(value!, CultureInfo.InvariantCulture);
                        Assert.True(round > seen.GetValueOrDefault(key, -1), $"{key} went back to {round}.");
                        seen[key] = round;
                    }
                }
            }

            if (offset >= end && end > 0)
                Assert.Equal(Keys, seen.Count);
        }
    }

    // Of a key that was not seen below the end of then, the newest record lies beyond it.
    private bool IsMore(long offset, ref long end, Dictionary<string, long> seen)
    {
        if (offset >= end && end > 0 && seen.Count < Keys)
            end = _log.Log.HighWatermark;
        return offset < end;
    }

    // Returns null where the offset was trimmed meanwhile.
    private List<BatchSeen>? TryRead(long offset, long end)
    {
        LogReadResult result = _log.Log.Read(offset, end, 1_000, atLeastOneBatch: true);
        using RecordBuffer bytes = result.Records;
        if (result.ErrorCode == ErrorCode.OffsetOutOfRange)
            return null;
        Assert.Equal((ErrorCode.None, null), (result.ErrorCode, result.Message));
        List<BatchSeen> batches = [];
        RecordBatchEnumerator walk = new(bytes.Span);
        while (walk.MoveNext())
            batches.Add(BatchSeen.Of(walk.Current));
        return batches;
    }

    // Nothing is read below an end only where one empty batch has taken the place of what was before and behind it.
    private long EndOfBatchBeyond(long offset, long end)
    {
        if (TryRead(offset, _log.Log.HighWatermark) is not { } batches)
            return 0;
        Assert.NotEmpty(batches);
        Assert.Empty(batches[0].Records);
        Assert.InRange(end, batches[0].BaseOffset + 1, batches[0].LastOffset);
        return batches[0].LastOffset + 1;
    }
}
