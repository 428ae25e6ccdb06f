using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class RecordBatchHeaderTests
{
    [Fact]
    public void A_batch_says_what_the_builder_was_told()
    {
        using RecordBatchBuilder builder = new(1 << 20);
        builder.TryAppend(2000, "k"u8, true, "v"u8, true, null);
        builder.TryAppend(5000, "k"u8, true, "v"u8, true, null);
        builder.TryAppend(3000, "k"u8, true, "v"u8, true, null);
        builder.SetProducer(77, 3, 1000, transactional: true);
        using RecordBuffer batch = builder.Build();

        RecordBatchHeader header = new(batch.Span);
        Assert.Equal(0, header.BaseOffset);
        Assert.Equal(batch.Length, header.SizeInBytes);
        Assert.Equal(batch.Length - 12, header.BatchLength);
        Assert.Equal(-1, header.PartitionLeaderEpoch);
        Assert.Equal(2, header.Magic);
        Assert.True(RecordBatchHeader.HasValidCrc(batch.Span));
        Assert.Equal(0x10, header.Attributes);
        Assert.Equal(2, header.LastOffsetDelta);
        Assert.Equal(2000, header.BaseTimestamp);
        Assert.Equal(5000, header.MaxTimestamp);
        Assert.Equal(77, header.ProducerId);
        Assert.Equal(3, header.ProducerEpoch);
        Assert.Equal(1000, header.BaseSequence);
        Assert.Equal(1002, header.LastSequence);
        Assert.Equal(3, header.RecordCount);
        Assert.Equal(CompressionType.None, header.Compression);
        Assert.Equal(TimestampType.CreateTime, header.TimestampType);
        Assert.True(header.IsTransactional);
        Assert.True(header.HasProducerId);
        Assert.False(header.IsControl);
        Assert.False(header.HasDeleteHorizon);
    }

    [Fact]
    public void A_leader_stamps_without_touching_the_checksum()
    {
        byte[] batch = SampleRecord.BuildBytes(SampleRecord.Of("a", "1"), SampleRecord.Of("b", "2"));
        uint crc = new RecordBatchHeader(batch).Crc;

        RecordBatchHeader.Stamp(batch, 5_000_000_000, 7);

        RecordBatchHeader header = new(batch);
        Assert.Equal(5_000_000_000, header.BaseOffset);
        Assert.Equal(7, header.PartitionLeaderEpoch);
        Assert.Equal(5_000_000_001, header.LastOffset);
        Assert.Equal(5_000_000_002, header.NextOffset);
        Assert.Equal(crc, header.Crc);
        Assert.True(RecordBatchHeader.HasValidCrc(batch));
    }

    [Fact]
    public void Log_append_time_is_the_time_of_every_record()
    {
        byte[] batch = SampleRecord.BuildBytes(SampleRecord.Of("a", "1", 100), SampleRecord.Of("b", "2", 900));

        RecordBatchHeader.StampLogAppendTime(batch, 5000);

        Assert.Equal(TimestampType.LogAppendTime, new RecordBatchHeader(batch).TimestampType);
        Assert.True(RecordBatchHeader.HasValidCrc(batch));
        Assert.All(SampleRecord.ReadAll(batch), record => Assert.Equal(5000, record.Timestamp));
    }

    [Fact]
    public void A_producer_and_a_largest_timestamp_can_be_stamped_later()
    {
        byte[] batch = SampleRecord.BuildBytes(SampleRecord.Of("a", "1", 100));

        RecordBatchHeader.StampProducer(batch, 9, 2, int.MaxValue);
        RecordBatchHeader.StampMaxTimestamp(batch, 250);

        RecordBatchHeader header = new(batch);
        Assert.Equal(
            (9L, (short)2, int.MaxValue, 250L),
            (header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.MaxTimestamp));
        Assert.True(RecordBatchHeader.HasValidCrc(batch));
    }

    [Theory]
    [InlineData(5, 3, 8)]
    [InlineData(int.MaxValue, 1, 0)]
    [InlineData(int.MaxValue - 1, 4, 2)]
    public void Sequences_go_on_from_zero_after_the_largest(int sequence, int count, int expected) =>
        Assert.Equal(expected, RecordBatchHeader.AdvanceSequence(sequence, count));

    [Fact]
    public void Every_flipped_bit_behind_the_checksum_is_seen()
    {
        byte[] batch = SampleRecord.BuildBytes(SampleRecord.Of("key", "value"));
        for (int bit = 8 * RecordBatchHeader.CrcAt; bit < 8 * batch.Length; bit++)
        {
            batch[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordBatchHeader.HasValidCrc(batch));
            batch[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(RecordBatchHeader.HasValidCrc(batch));
    }

    [Fact]
    public void Too_few_bytes_are_refused()
    {
        StreamLogException exception = Assert.Throws<StreamLogException>(() =>
            new RecordBatchHeader(new byte[60]).Magic);
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }
}
