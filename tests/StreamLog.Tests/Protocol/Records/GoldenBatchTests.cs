using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

/// <summary>What other implementations wrote is read, and where nothing is left to choose, written in the same
/// bytes.</summary>
public sealed class GoldenBatchTests
{
    public static TheoryData<string> Makers => ["kafka-python", "librdkafka"];

    public static TheoryData<string, CompressionType> Compressed => new MatrixTheoryData<string, CompressionType>(
        ["kafka-python", "librdkafka"],
        [CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd]);

    [Theory]
    [MemberData(nameof(Makers))]
    public void A_plain_batch_says_the_same_in_every_field(string maker)
    {
        byte[] batch = GoldenBatches.Read(maker, "mixed-none");

        RecordBatchHeader header = new(batch);
        Assert.Equal((0L, batch.Length, (sbyte)2), (header.BaseOffset, header.SizeInBytes, header.Magic));
        Assert.Equal((0, 4, 5), (header.Attributes, header.LastOffsetDelta, header.RecordCount));
        Assert.Equal((1700000000000L, 1700003600000L), (header.BaseTimestamp, header.MaxTimestamp));
        Assert.Equal((-1L, (short)-1, -1), (header.ProducerId, header.ProducerEpoch, header.BaseSequence));
        Check(batch, GoldenBatches.Mixed);
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void A_plain_batch_is_built_in_the_same_bytes(string maker) =>
        Same(maker, "mixed-none", -1, -1, -1, transactional: false);

    [Theory]
    [InlineData("kafka-python", 1000)]
    [InlineData("librdkafka", 0)]
    public void An_idempotent_batch_is_read_and_built_in_the_same_bytes(string maker, int sequence)
    {
        byte[] batch = GoldenBatches.Read(maker, "mixed-idempotent");

        RecordBatchHeader header = new(batch);
        Assert.Equal((4242L, (short)7), (header.ProducerId, header.ProducerEpoch));
        Assert.Equal((sequence, sequence + 4), (header.BaseSequence, header.LastSequence));
        Assert.False(header.IsTransactional);
        Check(batch, GoldenBatches.Mixed);
        Same(maker, "mixed-idempotent", 4242, 7, sequence, transactional: false);
    }

    [Theory]
    [InlineData("kafka-python", 2147483645, 1)]
    [InlineData("librdkafka", 0, 4)]
    public void A_transactional_batch_is_read_and_built_in_the_same_bytes(string maker, int sequence, int lastSequence)
    {
        byte[] batch = GoldenBatches.Read(maker, "mixed-transactional");

        RecordBatchHeader header = new(batch);
        Assert.Equal((sequence, lastSequence), (header.BaseSequence, header.LastSequence));
        Assert.True(header.IsTransactional);
        Check(batch, GoldenBatches.Mixed);
        Same(maker, "mixed-transactional", 4242, 7, sequence, transactional: true);
    }

    [Theory]
    [MemberData(nameof(Compressed))]
    public void A_compressed_batch_is_read(string maker, CompressionType compression)
    {
        byte[] mixed = GoldenBatches.Read(maker, $"mixed-{compression}".ToLowerInvariant());
        Assert.Equal(compression, new RecordBatchHeader(mixed).Compression);
        Check(mixed, GoldenBatches.Mixed);

        byte[] many = GoldenBatches.Read(maker, $"many-{compression}".ToLowerInvariant());
        Assert.Equal(compression, new RecordBatchHeader(many).Compression);
        Check(many, GoldenBatches.Many);
    }

    private static void Check(byte[] batch, IReadOnlyList<SampleRecord> expected)
    {
        RecordBatchCheck check = RecordBatchValidator.Validate(batch, new RecordBatchRules());
        Assert.Null(check.Message);
        Assert.Equal(new RecordBatchHeader(batch).MaxTimestamp, check.MaxTimestamp);
        Assert.Equal(expected, SampleRecord.ReadAll(batch));
    }

    private static void Same(string maker, string name, long id, short epoch, int sequence, bool transactional)
    {
        using RecordBatchBuilder builder = new(int.MaxValue);
        foreach (SampleRecord record in GoldenBatches.Mixed)
            Assert.True(record.TryAppendTo(builder));
        builder.SetProducer(id, epoch, sequence, transactional);
        using RecordBuffer batch = builder.Build();

        // Both leave 0 where we leave -1, as Kafka's own client does. A leader sets it, and no checksum covers it.
        RecordBatchHeader.Stamp(batch.WritableMemory.Span, baseOffset: 0, leaderEpoch: 0);
        Assert.Equal(GoldenBatches.Read(maker, name), batch.Span.ToArray());
    }
}
