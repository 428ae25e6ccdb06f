using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

public sealed class LogCompactionTests
{
    private readonly InMemoryFileSystem _files = new(1 << 22);
    private CompactionHarness _log;

    public LogCompactionTests() => _log = new CompactionHarness(_files);

    [Fact]
    public void The_newest_record_of_each_key_stays_where_it_is()
    {
        _log.Append(("a", "1"), ("b", "1"), ("c", "1"));
        _log.Append(("a", "2"), ("b", "2"));
        _log.Append(("a", "3"));

        CompactionReport report = _log.Compact();

        Assert.Equal([(2, "c", "1"), (4, "b", "2"), (5, "a", "3")], _log.ReadAll());
        Assert.Equal((1, 1, 1), (report.Partitions, report.SegmentsBefore, report.SegmentsAfter));
        Assert.True(report.BytesAfter < report.BytesBefore);
        Assert.Equal(6, _log.Log.LogEndOffset);
        Assert.Empty(report.Failures);
    }

    [Fact]
    public void Timestamps_and_the_rest_of_a_record_stay_as_they_were()
    {
        _log.Append(CompactionHarness.BatchOf([("a", "1"), ("b", "1"), ("c", null)], timestamp: 5_000));
        _log.Append(("a", "2"));

        _log.Compact();

        BatchSeen first = _log.Batches()[0];
        Assert.Equal([(1, "b", "1"), (2, "c", null)], first.Records);
        Assert.Equal([5_001, 5_002], first.Timestamps);
        Assert.Equal((0, 2, 5_002), (first.BaseOffset, first.LastOffset, first.MaxTimestamp));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Snappy)]
    public void A_batch_that_loses_records_keeps_its_compression(CompressionType compression)
    {
        _log.Append(CompactionHarness.BatchOf([("a", "1"), ("b", "1")], compression: compression));
        _log.Append(("a", "2"));

        _log.Compact();

        BatchSeen first = _log.Batches()[0];
        Assert.Equal(compression, first.Compression);
        Assert.Equal([(1, "b", "1")], first.Records);
    }

    [Fact]
    public void A_segment_in_which_nothing_changes_is_left_alone()
    {
        _log.Append(("a", "1"), ("b", "1"));
        _log.Compact();
        SegmentView before = _log.Log.Segments[0];

        CompactionReport report = _log.Compact();

        Assert.Equal((0, 0L), (report.SegmentsBefore, report.BytesBefore));
        Assert.Equal(before, _log.Log.Segments[0]);
    }

    [Fact]
    public void Small_segments_become_one()
    {
        for (int i = 0; i < 40; i++)
            _log.Append(("key " + (i % 3), "value " + i));
        int before = _log.Log.Segments.Count;
        _log.Compact();
        Assert.Equal([(37, "key 1", "value 37"), (38, "key 2", "value 38"), (39, "key 0", "value 39")], _log.ReadAll());
        _log.Append(("key 3", "value"));

        // Full ones have shrunk, and are put together by the next run.
        _log.Compact();

        Assert.True(before > 5);
        Assert.InRange(_log.Log.Segments.Count, 2, 3);
        Assert.Equal(4, _log.ReadAll().Count);
        Assert.Equal((0, 41), (_log.Log.LogStartOffset, _log.Log.LogEndOffset));
        Reopen();
        Assert.Equal(4, _log.ReadAll().Count);
        Assert.Equal(41, _log.Append(("key 0", "after")));
    }

    [Fact]
    public void A_tombstone_stays_until_its_horizon_and_goes_with_the_next_run_after()
    {
        _log.Append(("a", "1"));
        _log.Append(("a", null));
        _log.Compact();
        Assert.Equal([(1, "a", null)], _log.ReadAll());
        long horizon = Assert.Single(_log.Batches(), batch => batch.DeleteHorizonMs is not null).DeleteHorizonMs!.Value;
        Assert.Equal(_log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds() + 10_000, horizon);

        _log.Environment.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        _log.Append(("b", "1"));
        _log.Compact();
        Assert.Contains((1, "a", null), _log.ReadAll());

        _log.Environment.Time.Advance(TimeSpan.FromMilliseconds(1));
        _log.Append(("c", "1"));
        _log.Compact();
        Assert.Equal([(2, "b", "1"), (3, "c", "1")], _log.ReadAll());
    }

    [Fact]
    public void A_record_after_a_tombstone_outlives_it()
    {
        _log.Append(("a", "1"));
        _log.Append(("a", null));
        _log.Append(("a", "2"));

        _log.Compact();

        Assert.Equal([(2, "a", "2")], _log.ReadAll());
    }

    [Fact]
    public void The_last_batch_of_a_producer_stays_as_a_shell()
    {
        _log.Append(CompactionHarness.BatchOf([("a", "1")], producerId: 7, sequence: 0));
        _log.Append(CompactionHarness.BatchOf([("a", "2"), ("b", "2")], producerId: 7, sequence: 1));
        _log.Append(("a", "3"), ("b", "3"));

        _log.Compact();

        BatchSeen shell = Assert.Single(_log.Batches(), batch => batch.ProducerId == 7);
        Assert.Empty(shell.Records);
        Assert.Equal((1, 2, 1), (shell.BaseOffset, shell.LastOffset, shell.BaseSequence));

        // Also where nothing is left to know the producer by but the batches.
        Reopen(deleteSnapshots: true);
        using (RecordBuffer gap = CompactionHarness.BatchOf([("a", "4")], producerId: 7, sequence: 9))
            Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, _log.Log.AppendAsLeader(gap, 0).ErrorCode);
        _log.Append(CompactionHarness.BatchOf([("a", "4")], producerId: 7, sequence: 3));
    }

    [Fact]
    public void A_shell_goes_once_its_producer_has_gone_on()
    {
        _log.Append(CompactionHarness.BatchOf([("a", "1")], producerId: 7, sequence: 0));
        _log.Append(("a", "2"));
        _log.Compact();
        _log.Append(CompactionHarness.BatchOf([("b", "1")], producerId: 7, sequence: 1));

        _log.Compact();

        BatchSeen batch = Assert.Single(_log.Batches(), batch => batch.ProducerId == 7);
        Assert.Equal((2, "b", "1"), Assert.Single(batch.Records));
    }

    [Fact]
    public void Aborted_records_go_at_once_and_their_marker_after_its_horizon()
    {
        _log.Append(("a", "1"));
        _log.Append(CompactionHarness.BatchOf([("a", "aborted")], producerId: 7, sequence: 0, isTransactional: true));
        _log.EndTransaction(7, ControlRecordType.Abort);
        _log.Append(CompactionHarness.BatchOf([("b", "1")], producerId: 7, sequence: 1));

        _log.Compact();
        Assert.Equal([(0, "a", "1"), (3, "b", "1")], _log.ReadAll());
        Assert.Single(_log.Batches(), batch => batch.IsControl && batch.DeleteHorizonMs is null);
        Assert.Single(_log.Log.AbortedTransactions(0, 100));

        // The next run finds nothing left of it, and gives the marker its time.
        _log.Append(("c", "1"));
        _log.Compact();
        Assert.Single(_log.Batches(), batch => batch.IsControl && batch.DeleteHorizonMs is not null);
        Assert.Empty(_log.Log.AbortedTransactions(0, 100));

        _log.Environment.Time.Advance(TimeSpan.FromSeconds(10));
        _log.Append(("d", "1"));
        _log.Compact();
        Assert.DoesNotContain(_log.Batches(), batch => batch.IsControl);
        Assert.Equal(["a", "b", "c", "d"], _log.ReadAll().Select(record => record.Key));
    }

    [Fact]
    public void A_committed_marker_stays_as_long_as_a_record_of_its_transaction()
    {
        _log.Append(CompactionHarness.BatchOf([("a", "1")], producerId: 7, sequence: 0, isTransactional: true));
        _log.EndTransaction(7, ControlRecordType.Commit);
        _log.Append(CompactionHarness.BatchOf([("z", "1")], producerId: 7, sequence: 1));
        _log.Compact();
        Assert.Equal(1, _log.Batches().Count(batch => batch.IsControl));
        Assert.Equal(1, _log.Batches().Count(batch => batch.IsTransactional && !batch.IsControl));

        _log.Append(("a", "2"));
        _log.Compact();
        _log.Append(("b", "2"));
        _log.Compact();
        Assert.NotNull(Assert.Single(_log.Batches(), batch => batch.IsControl).DeleteHorizonMs);

        _log.Environment.Time.Advance(TimeSpan.FromSeconds(10));
        _log.Append(("c", "2"));
        _log.Compact();
        Assert.DoesNotContain(_log.Batches(), batch => batch.IsControl);
    }

    [Fact]
    public void Records_of_an_open_transaction_and_behind_it_are_left_alone()
    {
        _log.Append(("a", "1"), ("a", "2"));
        Assert.True(_log.Log.TryRoll());
        _log.Append(CompactionHarness.BatchOf([("a", "3")], producerId: 7, sequence: 0, isTransactional: true));
        _log.Append(("a", "4"));

        _log.Compact();

        Assert.Equal([(1, "a", "2"), (2, "a", "3"), (3, "a", "4")], _log.ReadAll());
    }

    [Fact]
    public void What_is_not_committed_is_left_alone()
    {
        _log.Append(("a", "1"));
        Assert.True(_log.Log.TryRoll());
        _log.Append(("a", "2"));
        Assert.True(_log.Log.TryRoll());
        _log.Inner.Flush();
        _log.Log.HighWatermark = 1;

        Assert.True(_log.Inner.Directory.Compaction.RunAsync(default).IsCompletedSuccessfully);

        Assert.Equal([(0, "a", "1"), (1, "a", "2")], _log.ReadAll());
    }

    [Fact]
    public void Keys_that_do_not_fit_are_done_in_several_passes()
    {
        LogDirectorySettings settings = new() { NodeId = 1, CompactionMapBytes = 1 };
        _log = new CompactionHarness(new InMemoryFileSystem(1 << 22), settings: settings);
        for (int round = 0; round < 2; round++)
        {
            for (int key = 0; key < 300; key++)
                _log.Append(("key " + key, "round " + round));
        }

        _log.Compact();

        Assert.Equal(
            Enumerable.Range(0, 300).Select(key => (300L + key, "key " + key, (string?)"round 1")), _log.ReadAll());
    }

    [Fact]
    public void Records_without_a_key_of_a_time_before_the_topic_was_compacted_go()
    {
        _log = new CompactionHarness(
            new InMemoryFileSystem(1 << 22), CompactionHarness.Small with { IsCompacted = false });
        _log.Append(("", "1"), ("a", "1"));
        _log.Log.UpdateConfig(CompactionHarness.Small);

        _log.Compact();

        Assert.Equal([(1, "a", "1")], _log.ReadAll());
    }

    [Fact]
    public void A_log_that_is_no_longer_compacted_is_read_as_before()
    {
        _log.Append(("a", "1"), ("b", "1"));
        _log.Append(("a", "2"));
        _log.Append(("b", "2"));
        _log.Compact();
        _log.Inner.Stop();

        _log = new CompactionHarness(_files, CompactionHarness.Small with { IsCompacted = false });

        Assert.True(_log.Log.IsOnline, _log.Log.Failure?.Message);
        Assert.Equal([(2, "a", "2"), (3, "b", "2")], _log.ReadAll());
    }

    [Fact]
    public void Records_below_the_start_of_the_log_go()
    {
        _log.Append(("a", "1"), ("b", "1"), ("c", "1"));
        _log.Commit();
        _log.Log.TrimTo(1);

        _log.Compact();

        Assert.Equal([(1, "b", "1"), (2, "c", "1")], _log.ReadAll());
        Assert.Equal(2, _log.Batches()[0].Records.Count);
    }

    [Fact]
    public void A_flush_mark_in_a_segment_that_is_replaced_moves_behind_it()
    {
        _log.Append(("a", "1"));
        _log.Append(("a", "2"));
        _log.Commit();
        Assert.Equal((2L, 0L), MarkOf());

        _log.Compact();

        Assert.Equal((2L, 2L), MarkOf());

        (long Offset, long SegmentBaseOffset) MarkOf()
        {
            using FlushMarks marks = FlushMarks.Open(_files, LogHarness.Root);
            Assert.True(marks.TryGet(LogHarness.TopicId, 0, out FlushMark mark));
            return (mark.Offset, mark.SegmentBaseOffset);
        }
    }

    // Goal: the last mark may lie in memory alone, and a crash then leaves an earlier one, which knows a place in a
    // file that is no more.
    [Fact]
    public void No_flush_mark_in_a_segment_that_is_replaced_comes_back_after_a_crash()
    {
        SimulatedDisk disk = new();
        CompactionHarness log = new(disk);
        log.Append(("a", "1"));
        log.Commit();
        log.Inner.Directory.Tick();
        log.Append(("a", "2"));
        Assert.True(log.Log.TryRoll());
        log.Append(("b", "1"));
        log.Turn();

        using FlushMarks marks = FlushMarks.Open(disk.Crash(), LogHarness.Root);
        Assert.True(marks.TryGet(LogHarness.TopicId, 0, out FlushMark mark));
        Assert.True(mark.SegmentBaseOffset >= 2, $"{mark}");
    }

    private void Reopen(bool deleteSnapshots = false)
    {
        _log.Inner.Stop();
        foreach (string name in _log.FileNames())
        {
            if (deleteSnapshots && name.EndsWith(LogFileNames.Snapshot, StringComparison.Ordinal))
                _files.DeleteFile(Path.Combine(LogHarness.Root, "orders-0", name));
        }

        _log = new CompactionHarness(_files);
        Assert.True(_log.Log.IsOnline, _log.Log.Failure?.Message);
    }
    // How segments are put together depends on their sizes alone; an index that was given back meanwhile may be that of
    // a segment that is trimmed.
    [Fact]
    public void To_put_segments_together_no_index_is_read()
    {
        InMemoryFileSystem inner = new(1 << 22);
        StepCountingFileSystem files = new(inner);
        CompactionHarness log = new(files, CompactionHarness.Small with { SegmentBytes = 100, MinCompactionLagMs = 1 });
        for (int i = 0; i < 6; i++)
            log.Append(("a", $"{i}"), ($"b{i}", "1"));
        log.Environment.Time.Advance(TimeSpan.FromMinutes(1));
        long start = log.Log.Segments[3].BaseOffset;
        bool isForgotten = false;
        bool isTrimmed = false;
        files.BeforeStep = (_, what) =>
        {
            if (!isForgotten && what == $"read {LogFileNames.PathOf("/data/orders-0", 0, LogFileNames.Log)}")
            {
                isForgotten = true;
                log.Log.ForgetIdleIndexes();
                log.Log.ForgetIdleIndexes();
            }
            else if (isForgotten && !isTrimmed && what.EndsWith("index", StringComparison.Ordinal)
                && what.StartsWith("read", StringComparison.Ordinal))
            {
                isTrimmed = true;
                log.Log.TrimTo(start);
            }
        };

        CompactionReport report = log.Compact();

        Assert.True(isForgotten);
        Assert.Empty(report.Failures);
        Assert.False(isTrimmed);
        Assert.Equal(7, log.ReadAll().Count);
    }
}
