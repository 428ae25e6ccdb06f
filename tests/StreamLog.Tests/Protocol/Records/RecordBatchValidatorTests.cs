using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class RecordBatchValidatorTests
{
    private const long Now = 1_700_000_000_000;

    private static readonly RecordBatchRules Rules = new() { NowMs = Now };

    [Fact]
    public void A_good_batch_passes_with_its_largest_timestamp()
    {
        byte[] batch = Batch(
            SampleRecord.Of("a", "1", 500), SampleRecord.Of("b", "2", 900), SampleRecord.Of("c", "3", 900));
        RecordBatchCheck check = RecordBatchValidator.Validate(batch, in Rules);
        Assert.Equal(
            (true, batch.Length, 900L, 1),
            (check.IsValid, check.SizeInBytes, check.MaxTimestamp, check.MaxTimestampDelta));
    }

    [Fact]
    public void A_flipped_bit_is_refused_wherever_it_is()
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"), SampleRecord.Of("b", "2"));
        for (int bit = 0; bit < 8 * batch.Length; bit++)
        {
            // A leader sets the epoch itself, so what stands there does not count.
            if (bit / 8 is >= RecordBatchHeader.PartitionLeaderEpochAt and < RecordBatchHeader.MagicAt)
                continue;

            batch[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordBatchValidator.Validate(batch, in Rules).IsValid);
            batch[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_wrong_checksum_may_be_sent_again()
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"));
        batch[^1] ^= 1;
        Refused(ErrorCode.CorruptMessage, "checksum", batch, Rules);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_formats_before_version_2_are_refused(byte magic)
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"));
        batch[RecordBatchHeader.MagicAt] = magic;
        Refused(ErrorCode.UnsupportedForMessageFormat, $"version {magic}", batch, Rules);
        Refused(ErrorCode.UnsupportedForMessageFormat, $"version {magic}", batch[..30], Rules);
    }

    [Fact]
    public void What_is_no_batch_is_refused()
    {
        Refused(ErrorCode.CorruptMessage, "no record batch", [], Rules);
        Refused(ErrorCode.CorruptMessage, "no record batch", new byte[16], Rules);
        byte[] batch = Batch(SampleRecord.Of("a", "1"));
        Refused(ErrorCode.CorruptMessage, "61", batch[..60], Rules);
        Refused(ErrorCode.CorruptMessage, "claims", batch[..^1], Rules);
        batch[RecordBatchHeader.MagicAt] = 3;
        Refused(ErrorCode.CorruptMessage, "version 3", batch, Rules);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_length_that_cannot_be_is_refused(int length) =>
        Refused(ErrorCode.CorruptMessage, "claims", Forge(RecordBatchHeader.BatchLengthAt, length), Rules);

    [Fact]
    public void One_batch_a_produce_unless_more_are_allowed()
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"));
        Refused(ErrorCode.InvalidRecord, "follow it", [.. batch, .. batch], Rules);
        RecordBatchCheck check = RecordBatchValidator.Validate(
            [.. batch, .. batch], Rules with { IsSingleBatch = false });
        Assert.Equal((true, batch.Length), (check.IsValid, check.SizeInBytes));
    }

    [Fact]
    public void A_batch_above_the_topics_limit_is_refused()
    {
        byte[] batch = Batch(SampleRecord.Of("a", new string('x', 1000)));
        RecordBatchRules rules = Rules with { MaxMessageBytes = batch.Length - 1 };
        Refused(ErrorCode.MessageTooLarge, "max.message.bytes", batch, rules);
        Assert.True(RecordBatchValidator.Validate(batch, Rules with { MaxMessageBytes = batch.Length }).IsValid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_count_must_be_the_one_of_the_offsets(int count) =>
        Refused(ErrorCode.InvalidRecord, "records", Forge(RecordBatchHeader.RecordCountAt, count), Rules);

    [Fact]
    public void The_count_must_be_the_one_of_the_records()
    {
        foreach (int count in (int[])[1, 3])
        {
            byte[] batch = Forge(RecordBatchHeader.RecordCountAt, count);
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.LastOffsetDeltaAt), count - 1);
            RecordBatchHeader.StampCrc(batch);
            Refused(ErrorCode.InvalidRecord, "", batch, Rules);
        }
    }

    [Fact]
    public void Offset_deltas_must_count_from_zero_by_one()
    {
        // Records without headers that are as short as can be: length, attributes, two deltas, lengths of key and
        // value, headers.
        byte[] batch = Batch(SampleRecord.Of(null, null), SampleRecord.Of(null, null));
        int second = RecordBatchHeader.Size + 7 + 3;
        Assert.Equal(2, batch[second]); // 1, zigzagged.
        batch[second] = 0;
        RecordBatchHeader.StampCrc(batch);
        Refused(ErrorCode.InvalidRecord, "offset delta 0", batch, Rules);
    }

    [Fact]
    public void Only_a_leader_gives_offsets()
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"));
        RecordBatchHeader.Stamp(batch, 5, 0);
        Refused(ErrorCode.InvalidRecord, "base offset 5", batch, Rules);
    }

    [Fact]
    public void Only_the_cluster_writes_control_batches()
    {
        using RecordBuffer marker = ControlRecords.BuildEndTransaction(ControlRecordType.Commit, 7, 0, 0, Now);
        Refused(ErrorCode.InvalidRecord, "control batch", marker.Span.ToArray(), Rules);
        Assert.True(RecordBatchValidator.Validate(marker.Span, Rules with { IsControlAllowed = true }).IsValid);
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0x40)]
    [InlineData(0x4000)]
    [InlineData(-0x8000)]
    public void Attributes_that_no_client_may_set_are_refused(short bit) =>
        Refused(ErrorCode.InvalidRecord, "attributes", ForgeAttributes(bit), Rules);

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Unknown_compression_is_refused(short compression) =>
        Refused(
            ErrorCode.UnsupportedCompressionType, $"compression type {compression}", ForgeAttributes(
                compression), Rules);

    [Fact]
    public void Zstd_is_refused_where_it_could_not_be_read_back()
    {
        using RecordBuffer batch = SampleRecord.Build([SampleRecord.Of("a", "1")], CompressionType.Zstd);
        Assert.True(RecordBatchValidator.Validate(batch.Span, in Rules).IsValid);
        RecordBatchRules rules = Rules with { IsZstdAllowed = false };
        Refused(ErrorCode.UnsupportedCompressionType, "zstd", batch.Span.ToArray(), rules);
    }

    [Fact]
    public void Log_append_time_is_the_leaders_to_set() =>
        Refused(ErrorCode.InvalidTimestamp, "log append time", ForgeAttributes(0x08), Rules);

    [Theory]
    [InlineData(7, -1, 0, false, "epoch -1")]
    [InlineData(7, 0, -1, false, "sequence -1")]
    [InlineData(-1, -1, -1, true, "no producer id")]
    public void A_producer_that_contradicts_itself_is_refused(
        long id, short epoch, int sequence, bool transactional, string message)
    {
        using RecordBatchBuilder builder = new(1000);
        builder.SetProducer(id, epoch, sequence, transactional);
        SampleRecord.Of("a", "1").TryAppendTo(builder);
        using RecordBuffer batch = builder.Build();
        Refused(ErrorCode.InvalidRecord, message, batch.Span.ToArray(), Rules);
    }

    [Fact]
    public void Every_record_outside_the_times_is_named()
    {
        byte[] batch = Batch(
            SampleRecord.Of("a", "1", Now - 1001), SampleRecord.Of("b", "2", Now - 1000), SampleRecord.Of("c", "3", -1),
            SampleRecord.Of("d", "4", Now + 500), SampleRecord.Of("e", "5", Now + 501));
        RecordBatchRules rules = Rules with { TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 500 };
        RecordBatchCheck check = Refused(ErrorCode.InvalidTimestamp, "", batch, rules);
        Assert.Equal([0, 4], check.RecordErrors!.Select(error => error.Index));
        Assert.True(
            RecordBatchValidator.Validate(batch, rules with { TimestampType = TimestampType.LogAppendTime }).IsValid);
    }

    [Fact]
    public void Bounds_without_end_take_any_time_there_is()
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1", 0), SampleRecord.Of("b", "2", long.MaxValue));
        Assert.True(RecordBatchValidator.Validate(batch, in Rules).IsValid);
        Refused(ErrorCode.InvalidTimestamp, "-2", Forge64(RecordBatchHeader.BaseTimestampAt, -2), Rules);
    }

    [Fact]
    public void A_compacted_topic_names_every_record_without_a_key()
    {
        byte[] batch = Batch(
            SampleRecord.Of(
                "a", "1"), SampleRecord.Of(null, "2"), SampleRecord.Of("", "3"), SampleRecord.Of(null, "4"));
        RecordBatchCheck check = Refused(ErrorCode.InvalidRecord, "key", batch, Rules with { IsKeyRequired = true });
        Assert.Equal([1, 3], check.RecordErrors!.Select(error => error.Index));
        Assert.True(RecordBatchValidator.Validate(batch, in Rules).IsValid);
    }

    [Fact]
    public void The_list_of_bad_records_has_an_end()
    {
        byte[] batch = Batch([.. Enumerable.Repeat(SampleRecord.Of(null, null), 1000)]);
        RecordBatchCheck check = RecordBatchValidator.Validate(batch, Rules with { IsKeyRequired = true });
        Assert.Equal(RecordBatchValidator.RecordErrorsMax, check.RecordErrors!.Count);
    }

    [Fact]
    public void Headers_must_fit_their_record()
    {
        byte[] batch = Batch(SampleRecord.Of(null, null) with { Headers = [("ab", [1])] });
        int keyLength = RecordBatchHeader.Size + 7;
        Assert.Equal(4, batch[keyLength]); // 2, zigzagged.
        foreach (byte forged in (byte[])[1, 2, 8, 0x7E])
        {
            batch[keyLength] = forged; // 1 is the null that no header key may be.
            RecordBatchHeader.StampCrc(batch);
            Refused(ErrorCode.InvalidRecord, "", batch, Rules);
        }
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Compressed_records_that_cannot_be_read_are_refused(CompressionType compression)
    {
        using RecordBuffer built = SampleRecord.Build([SampleRecord.Of("a", new string('x', 500))], compression);
        Assert.True(RecordBatchValidator.Validate(built.Span, in Rules).IsValid);
        Refused(ErrorCode.InvalidRecord, "", built.Span.ToArray(), Rules with { MaxDecompressedBytes = 100 });

        byte[] batch = built.Span.ToArray();
        batch.AsSpan(RecordBatchHeader.Size).Fill(0xA5);
        RecordBatchHeader.StampCrc(batch);
        Refused(ErrorCode.InvalidRecord, "", batch, Rules);
    }

    [Fact]
    public void A_good_batch_is_checked_without_allocating()
    {
        byte[] batch = Batch([.. Enumerable.Repeat(SampleRecord.Of("a", "1") with { Headers = [("k", [1])] }, 100)]);
        RecordBatchValidator.Validate(batch, in Rules);

        long before = GC.GetAllocatedBytesForCurrentThread();
        RecordBatchValidator.Validate(batch, in Rules);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Batch(params SampleRecord[] records) => SampleRecord.BuildBytes(records);

    private static byte[] Forge(int at, int value)
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"), SampleRecord.Of("b", "2"));
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), value);
        RecordBatchHeader.StampCrc(batch);
        return batch;
    }

    private static byte[] Forge64(int at, long value)
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"), SampleRecord.Of("b", "2"));
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(at), value);
        RecordBatchHeader.StampCrc(batch);
        return batch;
    }

    private static byte[] ForgeAttributes(short attributes)
    {
        byte[] batch = Batch(SampleRecord.Of("a", "1"), SampleRecord.Of("b", "2"));
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(RecordBatchHeader.AttributesAt), attributes);
        RecordBatchHeader.StampCrc(batch);
        return batch;
    }

    private static RecordBatchCheck Refused(ErrorCode code, string words, byte[] batch, RecordBatchRules rules)
    {
        RecordBatchCheck check = RecordBatchValidator.Validate(batch, in rules);
        Assert.Equal(code, check.ErrorCode);
        Assert.Contains(words, check.Message, StringComparison.Ordinal);
        return check;
    }
}
