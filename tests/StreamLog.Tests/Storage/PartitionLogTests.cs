using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class PartitionLogTests
{
    private static readonly LogConfig SmallSegments = new() { SegmentBytes = 400, IndexIntervalBytes = 100 };

    [Fact]
    public void What_is_appended_is_read_back_with_its_offsets()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20));

        AppendResult first = log.Append("a", "b");
        AppendResult second = log.Append("c");

        Assert.Equal((0, 1), (first.BaseOffset, first.LastOffset));
        Assert.Equal((2, 2), (second.BaseOffset, second.LastOffset));
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], log.ReadAll());
    }

    [Fact]
    public async Task Everything_is_there_after_an_orderly_stop()
    {
        InMemoryFileSystem files = new(1 << 20);
        LogHarness before = new(files, SmallSegments);
        for (int i = 0; i < 50; i++)
            before.Append($"value {i}");
        before.Flush();
        Assert.Equal(50, before.Log.DurableOffset);
        List<(long, string)> written = before.ReadAll();
        await before.Directory.DisposeAsync();

        LogHarness after = new(files, SmallSegments);

        Assert.True(after.Directory.WasCleanShutdown);
        Assert.True(after.Log.IsOnline, after.Log.Failure?.Message);
        Assert.True(after.Log.Segments.Count > 5);
        Assert.Equal(written, after.ReadAll());
        Assert.Equal(50, after.Log.DurableOffset);
        Assert.Equal(50, after.Append("next").BaseOffset);
    }

    [Fact]
    public void A_read_from_any_offset_begins_with_the_batch_that_holds_it()
    {
        LogDirectorySettings settings = new() { NodeId = 1, TailCacheBytesMax = 300 };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), SmallSegments, settings: settings);
        for (int i = 0; i < 60; i++)
            log.Append($"{2 * i}", $"{(2 * i) + 1}");

        for (long offset = 0; offset < 120; offset++)
        {
            LogReadResult result = log.Log.Read(offset, 120, 1, atLeastOneBatch: true);
            Assert.Equal(ErrorCode.None, result.ErrorCode);
            using RecordBuffer bytes = result.Records;
            Assert.Equal(offset / 2 * 2, LogHarness.Decode(bytes)[0].Offset);
            Assert.Equal(2, LogHarness.Decode(bytes).Count);
        }
    }

    [Fact]
    public void A_read_stays_below_its_limit_and_within_its_bytes()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20));
        for (int i = 0; i < 10; i++)
            log.Append("a");

        using RecordBuffer limited = log.Log.Read(0, 3, 1_000_000, atLeastOneBatch: true).Records;
        using RecordBuffer none = log.Log.Read(0, 10, 10, atLeastOneBatch: false).Records;
        using RecordBuffer end = log.Log.Read(10, 10, 10, atLeastOneBatch: true).Records;

        Assert.Equal(3, LogHarness.NextOffsetOf(limited));
        Assert.Equal(0, none.Length);
        Assert.Equal(0, end.Length);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void An_offset_outside_of_the_log_is_refused(long offset)
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20));
        log.Append("a", "b", "c");

        LogReadResult result = log.Log.Read(offset, 3, 100, atLeastOneBatch: true);

        Assert.Equal(ErrorCode.OffsetOutOfRange, result.ErrorCode);
        Assert.Contains($"Offset {offset}", result.Message);
    }

    [Fact]
    public void A_record_is_found_by_its_time_wherever_it_lies()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20), SmallSegments);
        for (int i = 0; i < 60; i++)
            log.AppendAt(1_000 + (10 * i), $"value {i}");

        for (int i = 0; i < 60; i++)
        {
            long timestamp = 1_000 + (10 * i);
            Assert.Equal(new OffsetAndTimestamp(i, timestamp, 0), log.Log.FindOffsetByTimestamp(timestamp));
            Assert.Equal(i, log.Log.FindOffsetByTimestamp(timestamp - 5)!.Value.Offset);
        }

        Assert.Null(log.Log.FindOffsetByTimestamp(2_000));
        Assert.Equal(59, log.Log.FindMaxTimestamp()!.Value.Offset);
    }

    [Fact]
    public void A_segment_is_rolled_when_its_records_span_too_long()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20), new LogConfig { SegmentMs = 1_000 });

        log.AppendAt(5_000, "a");
        log.AppendAt(6_000, "b");
        log.AppendAt(6_001, "c");

        Assert.Equal([0, 2], log.Log.Segments.Select(segment => segment.BaseOffset));
    }

    [Fact]
    public void A_truncated_log_ends_there_and_goes_on_from_there()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, SmallSegments);
        for (int i = 0; i < 40; i++)
            log.Append($"value {i}");
        log.Flush();

        log.Log.TruncateTo(13);

        Assert.Equal(13, log.Log.LogEndOffset);
        Assert.Equal(13, log.ReadAll().Count);
        Assert.Equal(13, log.Append("other").BaseOffset);
        LogHarness after = new(disk.Crash(), SmallSegments);
        Assert.True(after.Log.IsOnline, after.Log.Failure?.Message);
        Assert.Equal(13, after.Log.LogEndOffset);
    }

    [Fact]
    public void A_trimmed_log_starts_there_and_its_files_are_gone()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, SmallSegments);
        for (int i = 0; i < 40; i++)
            log.Append($"value {i}");
        log.Flush();

        log.Log.TrimTo(21);

        Assert.Equal(21, log.Log.LogStartOffset);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Log.Read(20, 40, 100, true).ErrorCode);
        Assert.True(log.Log.Segments[0].EndOffset > 21);
        LogHarness after = new(disk.Crash(), SmallSegments);
        Assert.True(after.Log.IsOnline, after.Log.Failure?.Message);
        Assert.Equal(21, after.Log.LogStartOffset);
        Assert.Equal(40, after.Log.LogEndOffset);
        Assert.Equal(19, after.ReadAll().Count);
    }

    [Fact]
    public void A_full_disk_refuses_appends_and_serves_reads_and_goes_on_when_there_is_room()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        log.Append("a");
        disk.Faults.FillUpAfter(20);

        AppendResult refused = log.Append("b");
        List<(long, string)> read = log.ReadAll();
        disk.Faults.Clear();
        AppendResult accepted = log.Append("c");

        Assert.Equal(ErrorCode.StorageFull, refused.ErrorCode);
        Assert.Equal([(0, "a")], read);
        Assert.Equal(1, accepted.BaseOffset);
        Assert.Equal([(0, "a"), (1, "c")], log.ReadAll());
    }

    [Fact]
    public void A_failed_flush_takes_the_partition_offline_for_good()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        log.Append("a");
        log.Flush();
        int offline = 0;
        log.Log.WentOffline += _ => offline++;
        disk.Faults.FailFlushes(path => path.EndsWith(".log", StringComparison.Ordinal));

        log.Append("b");
        log.Flush();

        Assert.False(log.Log.IsOnline);
        Assert.Equal(1, offline);
        Assert.Equal(1, log.Log.DurableOffset);
        Assert.Equal(ErrorCode.KafkaStorageError, log.Append("c").ErrorCode);
        Assert.Contains("offset 2", log.Log.Failure!.Message);
        LogHarness after = new(disk.Crash());
        Assert.Equal([(0, "a")], after.ReadAll());
    }

    [Theory]
    [InlineData(CompressionType.None, CompressionType.Gzip)]
    [InlineData(CompressionType.Gzip, CompressionType.None)]
    [InlineData(CompressionType.Gzip, CompressionType.Snappy)]
    [InlineData(CompressionType.Gzip, CompressionType.Gzip)]
    public async Task A_batch_is_kept_with_the_compression_of_its_topic(CompressionType sent, CompressionType kept)
    {
        InMemoryFileSystem files = new(1 << 20);
        LogConfig config = new() { Compression = kept };
        LogHarness log = new(files, config);
        using (RecordBatchBuilder builder = new(1_000_000, sent))
        {
            for (int i = 0; i < 100; i++)
                builder.TryAppend(1_000 + i, default, false, "the same again"u8, true, null);
            Assert.True(log.AppendAndDispose(builder.Build()).IsSuccess);
        }

        await log.Directory.DisposeAsync();
        LogHarness after = new(files, config);

        using RecordBuffer bytes = after.Log.Read(0, 100, 100_000, atLeastOneBatch: true).Records;
        Assert.Equal(kept, new RecordBatchHeader(bytes.Span).Compression);
        Assert.Equal(100, LogHarness.Decode(bytes).Count(record => record.Value == "the same again"));
        Assert.Equal(50, after.Log.FindOffsetByTimestamp(1_050)!.Value.Offset);
    }

    [Fact]
    public void The_log_gives_its_own_time_where_the_topic_says_so()
    {
        LogConfig config = new() { TimestampType = TimestampType.LogAppendTime };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), config);
        long now = log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

        AppendResult result = log.AppendAt(5, "a");

        Assert.Equal(now, result.AppendTimeMs);
        Assert.Equal(now, log.Log.FindMaxTimestamp()!.Value.TimestampMs);
    }

    [Fact]
    public void What_is_wrong_with_a_batch_is_said_and_nothing_is_kept()
    {
        LogHarness log = new(new InMemoryFileSystem(1 << 20), new LogConfig { MaxMessageBytes = 200 });
        byte[] flipped = LogHarness.Batch("a").Memory.ToArray();
        flipped[^1] ^= 1;

        Assert.Equal(ErrorCode.CorruptMessage, log.AppendAndDispose(RecordBuffer.CopyOf(flipped)).ErrorCode);
        Assert.Equal(ErrorCode.MessageTooLarge, log.Append(new string('a', 200)).ErrorCode);
        Assert.Equal(ErrorCode.CorruptMessage, log.AppendAndDispose(RecordBuffer.Empty).ErrorCode);
        log.Log.AssignEpochStart(3);
        Assert.Equal(ErrorCode.FencedLeaderEpoch, log.AppendAndDispose(LogHarness.Batch("a"), epoch: 2).ErrorCode);
        Assert.Equal(0, log.Log.LogEndOffset);
    }

    [Fact]
    public void An_index_may_be_as_sparse_as_a_config_can_say()
    {
        LogHarness log = new(
            new SimulatedDisk(), new LogConfig { IndexIntervalBytes = 1_200_000_000 },
            settings: new LogDirectorySettings { NodeId = 1, TailCacheBytesMax = 1 });
        log.Append("a");
        log.Append("b");

        Assert.Equal([(0, "a"), (1, "b")], log.ReadAll());
    }

    [Fact]
    public void Marks_that_could_not_be_flushed_are_never_taken_for_flushed()
    {
        SimulatedDisk disk = new();
        disk.CreateDirectory("/data");
        using FlushMarks marks = FlushMarks.Open(disk, "/data");
        marks.Append(new FlushMark(LogHarness.TopicId, 0, Offset: 9, SegmentBaseOffset: 0, Position: 900));
        disk.Faults.FailFlushes(path => path.EndsWith(FlushMarks.FileName, StringComparison.Ordinal), times: 1);

        Assert.ThrowsAny<IOException>(marks.Sync);
        Assert.ThrowsAny<IOException>(marks.Sync);
    }
}
