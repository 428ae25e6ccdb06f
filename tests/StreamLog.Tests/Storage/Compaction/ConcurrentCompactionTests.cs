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

    private readonly CompactionHarness _log = new(
        new InMemoryFileSystem(1 << 24),
        CompactionHarness.Small with { SegmentBytes = 2_000 },
        new LogDirectorySettings { NodeId = 1, TailCacheBytesMax = 1, CompactionMapBytes = 1_000 });

    private int _isOver;

    [Fact]
    public async Task Readers_and_writers_go_on_while_segments_are_replaced()
    {
        Task[] others = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(Read)), Task.Run(CompactAsync)];
        for (int round = 0; round < Rounds; round++)
        {
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
        }
    }

    private void Read()
    {
        while (Volatile.Read(ref _isOver) == 0)
        {
            Dictionary<string, long> seen = [];
            long offset = _log.Log.LogStartOffset;
            long end = _log.Log.HighWatermark;
            while (offset < end)
            {
                LogReadResult result = _log.Log.Read(offset, end, 1_000, atLeastOneBatch: true);
                using RecordBuffer bytes = result.Records;
                if (result.ErrorCode == ErrorCode.OffsetOutOfRange)
                    break; // Trimmed meanwhile.
                Assert.Equal((ErrorCode.None, null), (result.ErrorCode, result.Message));
                Assert.NotEqual(0, bytes.Length);
                RecordBatchEnumerator walk = new(bytes.Span);
                while (walk.MoveNext())
                {
                    BatchSeen batch = BatchSeen.Of(walk.Current);
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
}
