using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class RecordBatchBuilderTests
{
    private static readonly BytesSerializer Bytes = new();

    [Fact]
    public void What_is_appended_is_read_back() =>
        Prop.ForAll(SampleRecords.Arbitrary(), records =>
        {
            using RecordBuffer batch = SampleRecord.Build(records);
            Assert.Equal(records, SampleRecord.ReadAll(batch.Span));
            Assert.True(RecordBatchValidator.Validate(batch.Span, new RecordBatchRules()).IsValid);
        }).QuickCheckThrowOnFailure();

    // Goal: the guessed widths of the lengths never show. Method: both ways of appending must come to the same bytes.
    [Fact]
    public void Serialized_and_raw_records_come_to_the_same_bytes() =>
        Prop.ForAll(SampleRecords.Arbitrary(), records =>
        {
            using RecordBatchBuilder builder = new(int.MaxValue);
            foreach (SampleRecord record in records)
            {
                Assert.True(
                    builder.TryAppend(record.Timestamp, record.Key, Bytes, record.Value, Bytes, record.ToHeaders()));
            }

            using RecordBuffer serialized = builder.Build();
            using RecordBuffer raw = SampleRecord.Build(records);
            Assert.Equal(raw.Span, serialized.Span);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void What_is_compressed_is_read_back(CompressionType compression) =>
        Prop.ForAll(SampleRecords.Arbitrary(), records =>
        {
            using RecordBuffer batch = SampleRecord.Build(records, compression);
            Assert.Equal(compression, new RecordBatchHeader(batch.Span).Compression);
            Assert.True(RecordBatchValidator.Validate(batch.Span, new RecordBatchRules()).IsValid);
            Assert.Equal(records, SampleRecord.ReadAll(batch.Span));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_batch_ends_at_its_limit_and_takes_one_record_beyond_it()
    {
        using RecordBatchBuilder builder = new(sizeLimit: 200);
        byte[] large = new byte[1000];
        Assert.True(builder.TryAppend(0, default, false, large, true, null));
        Assert.False(builder.TryAppend(0, default, false, "x"u8, true, null));
        builder.Reset();

        int count = 0;
        while (builder.TryAppend(0, default, false, new byte[10], true, null))
            count++;
        Assert.Equal((200 - 61) / 17, count);
        Assert.Equal(61 + (17 * count), builder.SizeInBytes);
        Assert.False(builder.TryAppend(0, null, Bytes, new byte[10], Bytes, null));
        Assert.Equal(count, builder.Count);
        using RecordBuffer batch = builder.Build();
        Assert.Equal(count, SampleRecord.ReadAll(batch.Span).Count);
    }

    [Fact]
    public void Both_ways_of_appending_fill_a_batch_to_the_same_size()
    {
        for (int limit = 61; limit < 400; limit++)
        {
            using RecordBatchBuilder raw = new(limit);
            using RecordBatchBuilder serialized = new(limit);
            byte[] value = new byte[limit % 67];
            while (raw.TryAppend(0, default, false, value, true, null))
                Assert.True(serialized.TryAppend(0, null, Bytes, value, Bytes, null));
            Assert.False(serialized.TryAppend(0, null, Bytes, value, Bytes, null));
            Assert.Equal(raw.SizeInBytes, serialized.SizeInBytes);
        }
    }

    [Fact]
    public void A_serializer_that_throws_leaves_the_batch_as_it_was()
    {
        using RecordBatchBuilder builder = new(1 << 20);
        ThrowingSerializer throwing = new();
        Assert.Throws<FormatException>(() =>
            builder.TryAppend(5, "k"u8.ToArray(), Bytes, "v"u8.ToArray(), throwing, null));
        Assert.True(builder.IsEmpty);
        Assert.True(builder.TryAppend(10, "k"u8.ToArray(), Bytes, "v"u8.ToArray(), Bytes, null));
        int size = builder.SizeInBytes;

        Assert.Throws<FormatException>(() =>
            builder.TryAppend(20, "k"u8.ToArray(), Bytes, "v"u8.ToArray(), throwing, null));
        Assert.Throws<FormatException>(() =>
            builder.TryAppend(20, "k"u8.ToArray(), throwing, "v"u8.ToArray(), Bytes, null));

        Assert.Equal((1, size, 10L), (builder.Count, builder.SizeInBytes, builder.MaxTimestamp));
        using RecordBuffer batch = builder.Build();
        Assert.Equal([SampleRecord.Of("k", "v", 10)], SampleRecord.ReadAll(batch.Span));
    }

    [Fact]
    public void A_serializer_that_writes_in_many_pieces_loses_none()
    {
        using RecordBatchBuilder builder = new(1 << 24);
        string text = new('ü', 100_000);
        Assert.True(
            builder.TryAppend(0, "piecewise", new PiecewiseSerializer(), text, new PiecewiseSerializer(), null));
        using RecordBuffer batch = builder.Build();
        SampleRecord record = Assert.Single(SampleRecord.ReadAll(batch.Span));
        Assert.Equal("piecewise", Encoding.UTF8.GetString(record.Key!));
        Assert.Equal(text, Encoding.UTF8.GetString(record.Value!));
    }

    [Fact]
    public void A_builder_builds_one_batch_after_another()
    {
        using RecordBatchBuilder builder = new(1 << 20);
        for (int round = 0; round < 5; round++)
        {
            builder.SetProducer(round, 0, round, transactional: round % 2 == 0);
            Assert.True(SampleRecord.Of($"k{round}", "v", 1000 - round).TryAppendTo(builder));
            using RecordBuffer batch = builder.Build();
            Assert.True(builder.IsEmpty);
            Assert.Equal([SampleRecord.Of($"k{round}", "v", 1000 - round)], SampleRecord.ReadAll(batch.Span));
            Assert.Equal(round, new RecordBatchHeader(batch.Span).ProducerId);
        }

        Assert.True(SampleRecord.Of("k", "v").TryAppendTo(builder));
        using RecordBuffer last = builder.Build();
        Assert.Equal(-1, new RecordBatchHeader(last.Span).ProducerId);
        Assert.False(new RecordBatchHeader(last.Span).IsTransactional);
    }

    [Fact]
    public void A_record_allocates_nothing()
    {
        using RecordBatchBuilder builder = new(1 << 20);
        byte[] value = new byte[100];
        RecordHeaders headers = new();
        headers.Add("trace", "abc"u8.ToArray());
        Fill(); // Warm: the array, the code.
        builder.Reset();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Fill()
        {
            for (int i = 0; i < 1000; i++)
            {
                builder.TryAppend(i, value, true, value, true, headers);
                builder.TryAppend(i, value, Bytes, value, Bytes, headers);
            }
        }
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using RecordBatchBuilder builder = new(1 << 20);
        Assert.Throws<InvalidOperationException>(builder.Build);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.TryAppend(-2, default, false, default, false, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.TryAppend(-2, null, Bytes, null, Bytes, null));
        Assert.Throws<ArgumentNullException>(() =>
            builder.TryAppend<byte[]?, byte[]?>(0, null, null!, null, Bytes, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordBatchBuilder(0));
        builder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => builder.TryAppend(0, default, false, default, false, null));
        Assert.Throws<ObjectDisposedException>(() => builder.TryAppend(0, null, Bytes, null, Bytes, null));
    }

    // Goal: whoever hashes the records, and whether more of them follow, the batch is the same.
    [Theory]
    [InlineData(CompressionType.None, 3)]
    [InlineData(CompressionType.None, 2)]
    [InlineData(CompressionType.Gzip, 3)]
    public void Records_may_be_hashed_before_the_batch_is_built(CompressionType compression, int hashedAfter)
    {
        using RecordBatchBuilder plain = new(10_000, compression);
        using RecordBatchBuilder hashed = new(10_000, compression);
        for (int batch = 0; batch < 2; batch++)
        {
            for (int i = 1; i <= 3; i++)
            {
                byte[] value = new byte[700 * i];
                plain.TryAppend(5, default, false, value, true, null);
                hashed.TryAppend(5, default, false, value, true, null);
                if (i == hashedAfter)
                    hashed.HashRecords();
            }

            plain.SetProducer(7, 1, batch * 3, transactional: false);
            hashed.SetProducer(7, 1, batch * 3, transactional: false);
            using RecordBuffer one = plain.Build();
            using RecordBuffer other = hashed.Build();
            Assert.True(RecordBatchHeader.HasValidCrc(other.Span));
            Assert.Equal(one.Span, other.Span);
        }
    }

    // Goal: nobody relies on the checksum of bytes that were not built here, or that may have changed since.
    [Fact]
    public void Only_what_was_just_built_has_a_fresh_checksum()
    {
        using RecordBatchBuilder builder = new(10_000);
        builder.TryAppend(5, default, false, [1], true, null);
        using RecordBuffer built = builder.Build();
        using RecordBuffer copy = RecordBuffer.CopyOf(built.Span);
        using RecordBuffer part = built.Slice(0, built.Length);

        Assert.True(built.IsChecksumFresh);
        Assert.False(copy.IsChecksumFresh);
        Assert.False(part.IsChecksumFresh);
    }

    private sealed class BytesSerializer : ISerializer<byte[]?>
    {
        public void Serialize(byte[]? value, IBufferWriter<byte> writer) => writer.Write(value);
    }

    private sealed class ThrowingSerializer : ISerializer<byte[]?>
    {
        public void Serialize(byte[]? value, IBufferWriter<byte> writer)
        {
            writer.Write(new byte[5000]);
            throw new FormatException("This cannot be written.");
        }
    }

    private sealed class PiecewiseSerializer : ISerializer<string>
    {
        public void Serialize(string value, IBufferWriter<byte> writer)
        {
            foreach (Rune rune in value.EnumerateRunes())
                writer.Advance(rune.EncodeToUtf8(writer.GetSpan(4)));
        }
    }
}
