using System.Runtime.InteropServices;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class HandedOverBatchTests
{
    private readonly InMemoryFileSystem _files = new(1 << 20);

    [Fact]
    public void A_batch_that_is_not_handed_over_is_neither_changed_nor_kept()
    {
        LogHarness log = new(_files);
        log.Append("before");
        using RecordBuffer batch = LogHarness.Batch("a");
        byte[] sent = batch.Span.ToArray();

        log.Log.AppendAsLeader(batch, leaderEpoch: 3);

        Assert.Equal(sent, batch.Span.ToArray());
        using RecordBuffer read = log.Log.Read(1, 2, 1000, atLeastOneBatch: true).Records!;
        Assert.NotSame(ArrayOf(batch), ArrayOf(read));
    }

    [Fact]
    public void A_batch_that_is_handed_over_is_stamped_and_kept_for_readers_at_the_tail()
    {
        LogHarness log = new(_files);
        log.Append("before");
        RecordBuffer batch = LogHarness.Batch("a");
        byte[] memory = ArrayOf(batch);
        batch.HandOver();

        log.Log.AppendAsLeader(batch, leaderEpoch: 3);
        batch.Dispose();

        using RecordBuffer read = log.Log.Read(1, 2, 1000, atLeastOneBatch: true).Records!;
        Assert.Same(memory, ArrayOf(read));
        Assert.Equal(1, new RecordBatchHeader(read.Span).BaseOffset);
        Assert.Equal(3, new RecordBatchHeader(read.Span).PartitionLeaderEpoch);
        Assert.Equal([(0, "before"), (1, "a")], log.ReadAll());
    }

    [Fact]
    public void A_batch_is_kept_once_and_then_copied()
    {
        LogHarness log = new(_files);
        using RecordBuffer batch = LogHarness.IdempotentBatch(7, 0, 0, "a");
        batch.HandOver();
        Assert.True(batch.TryClaim());

        log.Log.AppendAsLeader(batch, leaderEpoch: 3);

        using RecordBuffer read = log.Log.Read(0, 1, 1000, atLeastOneBatch: true).Records!;
        Assert.NotSame(ArrayOf(batch), ArrayOf(read));
        Assert.Equal(-1, new RecordBatchHeader(batch.Span).PartitionLeaderEpoch);
    }

    [Fact]
    public void What_the_checksum_covers_is_not_changed_in_a_batch_that_may_be_sent_again()
    {
        LogHarness log = new(_files);
        using RecordBuffer batch = LogHarness.Batch("a");
        RecordBatchHeader.StampMaxTimestamp(batch.WritableMemory.Span, 5_000);
        batch.HandOver();

        Assert.True(log.Log.AppendAsLeader(batch, leaderEpoch: 3).IsSuccess);

        Assert.Equal(5_000, new RecordBatchHeader(batch.Span).MaxTimestamp);
        using RecordBuffer read = log.Log.Read(0, 1, 1000, atLeastOneBatch: true).Records!;
        Assert.Equal(1_000, new RecordBatchHeader(read.Span).MaxTimestamp);
    }

    [Fact]
    public void A_topic_with_log_time_copies_what_is_handed_over()
    {
        LogHarness log = new(_files, new LogConfig { TimestampType = TimestampType.LogAppendTime });
        using RecordBuffer batch = LogHarness.Batch("a");
        byte[] sent = batch.Span.ToArray();
        batch.HandOver();

        Assert.True(log.Log.AppendAsLeader(batch, leaderEpoch: 3).IsSuccess);

        Assert.Equal(sent, batch.Span.ToArray());
    }

    [Fact]
    public void Only_memory_of_the_pool_that_is_well_filled_is_handed_over()
    {
        using RecordBuffer wrapped = RecordBuffer.Wrap(new byte[100]);
        wrapped.HandOver();
        Assert.False(wrapped.TryClaim());

        using RecordBuffer part = RecordBuffer.TakeOver(new byte[16 * 1024], 100);
        part.HandOver();
        Assert.False(part.TryClaim());

        using RecordBuffer filled = RecordBuffer.TakeOver(new byte[16 * 1024], 2 * 1024);
        filled.HandOver();
        Assert.True(filled.TryClaim());

        using RecordBuffer kept = RecordBuffer.Rent(100);
        Assert.False(kept.TryClaim());
    }

    private static byte[] ArrayOf(RecordBuffer buffer)
    {
        Assert.True(MemoryMarshal.TryGetArray(buffer.Memory, out ArraySegment<byte> segment));
        return segment.Array!;
    }
}
