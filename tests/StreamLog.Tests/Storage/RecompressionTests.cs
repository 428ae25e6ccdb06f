using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class RecompressionTests
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 400).Select(i => $"{i * 7919 % 1000} "));

    [Fact]
    public void A_batch_that_is_too_large_once_it_is_stored_is_refused_and_nothing_of_it_is_kept()
    {
        LogConfig config = new() { Compression = CompressionType.None, MaxMessageBytes = 1_500 };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), config);
        using RecordBuffer small = Batch(CompressionType.Gzip, Text);
        Assert.InRange(small.Length, 100, 1_500);

        AppendResult refused = log.Log.AppendAsLeader(small, 0);

        Assert.Equal(ErrorCode.MessageTooLarge, refused.ErrorCode);
        Assert.Contains("compression.type", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, log.Log.LogEndOffset);
        log.Log.UpdateConfig(config with { MaxMessageBytes = 10_000 });
        Assert.True(log.Log.AppendAsLeader(small, 0).IsSuccess);
        Assert.Equal([(0, Text)], log.ReadAll());
    }

    // As Kafka: what comes too large is refused although it would become small enough.
    [Fact]
    public void A_batch_that_comes_too_large_is_refused_before_it_is_compressed()
    {
        LogConfig config = new() { Compression = CompressionType.Gzip, MaxMessageBytes = 1_500 };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), config);
        using RecordBuffer large = Batch(CompressionType.None, Text);

        Assert.Equal(ErrorCode.MessageTooLarge, log.Log.AppendAsLeader(large, 0).ErrorCode);
    }

    [Theory]
    [InlineData(CompressionType.Gzip, 1, 9)]
    [InlineData(CompressionType.Zstd, -50, 19)]
    public void The_level_says_how_hard_it_tries(CompressionType type, int fast, int hard)
    {
        int Stored(int level)
        {
            LogHarness log = new(
                new InMemoryFileSystem(1 << 20), new LogConfig { Compression = type, CompressionLevel = level });
            using RecordBuffer batch = Batch(CompressionType.None, Text);
            Assert.True(log.Log.AppendAsLeader(batch, 0).IsSuccess);
            Assert.Equal([(0, Text)], log.ReadAll());
            return (int)log.Log.SizeInBytes;
        }

        Assert.True(Stored(hard) < Stored(fast));
    }

    [Theory]
    [InlineData(CompressionType.Lz4, null)]
    [InlineData(CompressionType.Lz4, CompressionType.Zstd)]
    [InlineData(CompressionType.Snappy, CompressionType.None)]
    public void The_logs_own_time_holds_for_compressed_batches_too(CompressionType sent, CompressionType? kept)
    {
        LogConfig config = new() { TimestampType = TimestampType.LogAppendTime, Compression = kept };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), config);
        long now = log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        using RecordBuffer batch = Batch(sent, "a", "b");

        Assert.Equal(now, log.Log.AppendAsLeader(batch, 0).AppendTimeMs);

        using RecordBuffer bytes = log.Log.Read(0, 2, 100_000, atLeastOneBatch: true).Records;
        RecordBatchHeader header = new(bytes.Span);
        Assert.Equal(
            (kept ?? sent, TimestampType.LogAppendTime, now),
            (header.Compression, header.TimestampType, header.MaxTimestamp));
        Assert.True(RecordBatchHeader.HasValidCrc(bytes.Span));
        using RecordReader records = new(bytes.Span);
        while (records.MoveNext())
            Assert.Equal(now, records.Current.Timestamp);
        Assert.Equal(0, log.Log.FindOffsetByTimestamp(now)!.Value.Offset);
    }

    [Fact]
    public void Each_record_with_a_time_too_far_away_is_named()
    {
        LogConfig config = new()
        {
            MessageTimestampBeforeMaxMs = 1_000,
            MessageTimestampAfterMaxMs = 500,
            Compression = CompressionType.Gzip,
        };
        LogHarness log = new(new InMemoryFileSystem(1 << 20), config);
        long now = log.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        using RecordBatchBuilder builder = new(1_000_000);
        foreach (long timestamp in new[] { now - 1_000, now - 1_001, now, now + 500, now + 501 })
            Assert.True(builder.TryAppend(timestamp, "k"u8, true, "v"u8, true, null));
        using RecordBuffer batch = builder.Build();

        AppendResult refused = log.Log.AppendAsLeader(batch, 0);

        Assert.Equal(ErrorCode.InvalidTimestamp, refused.ErrorCode);
        Assert.Equal([1, 4], refused.RecordErrors.Select(error => error.Index));
        Assert.Equal(0, log.Log.LogEndOffset);
        log.Log.UpdateConfig(config with { TimestampType = TimestampType.LogAppendTime });
        Assert.True(log.Log.AppendAsLeader(batch, 0).IsSuccess);
    }

    private static RecordBuffer Batch(CompressionType type, params string[] values)
    {
        using RecordBatchBuilder builder = new(1_000_000, type);
        foreach (string value in values)
            Assert.True(builder.TryAppend(5, "k"u8, true, System.Text.Encoding.UTF8.GetBytes(value), true, null));
        return builder.Build();
    }
}
