using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class RecordReaderTests
{
    private static readonly SampleRecord[] Mixed = SampleRecords.Number(
    [
        SampleRecord.Of("key", "value", 1000),
        SampleRecord.Of(null, "", 900) with { Headers = [("trace", [1, 2, 3]), ("", null), ("empty", [])] },
        SampleRecord.Of("", null, 2000),
        SampleRecord.Of(null, null, -1),
        new SampleRecord(0, 1500, SampleRecords.SomeText(100), SampleRecords.SomeText(5000), []),
    ]);

    [Fact]
    public void Null_and_empty_are_told_apart()
    {
        List<SampleRecord> read = SampleRecord.ReadAll(SampleRecord.BuildBytes(Mixed));
        Assert.Equal(Mixed, read);
        Assert.Null(read[1].Key);
        Assert.Equal([], read[1].Value!);
        Assert.Equal([], read[2].Key!);
        Assert.Null(read[2].Value);
        Assert.Null(read[1].Headers[1].Value);
        Assert.Equal([], read[1].Headers[2].Value!);
    }

    [Fact]
    public void Offsets_count_from_what_the_leader_stamped()
    {
        byte[] batch = SampleRecord.BuildBytes(Mixed);
        RecordBatchHeader.Stamp(batch, 1000, 3);
        Assert.Equal([1000, 1001, 1002, 1003, 1004], SampleRecord.ReadAll(batch).Select(record => record.Offset));
    }

    [Fact]
    public void A_class_can_read_with_memory_and_a_position()
    {
        foreach (CompressionType compression in Enum.GetValues<CompressionType>())
        {
            using RecordBuffer batch = SampleRecord.Build(Mixed, compression);
            using RecordBuffer records = RecordReader.Open(batch);
            RecordBatchOrigin origin = new(new RecordBatchHeader(batch.Span));
            List<SampleRecord> read = [];
            int position = 0;
            while (RecordReader.TryReadNext(records.Span, ref position, in origin, out RecordView record))
                read.Add(SampleRecord.From(record));
            Assert.Equal(Mixed, read);
        }
    }

    [Fact]
    public void Every_buffer_goes_back()
    {
        RecordBuffer batch = SampleRecord.Build(Mixed, CompressionType.Lz4);
        RecordBuffer records = RecordReader.Open(batch);
        records.Dispose();
        Assert.Throws<ObjectDisposedException>(() => records.Memory);
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Memory);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        byte[] batch = SampleRecord.BuildBytes(Enumerable.Repeat(Mixed, 50).SelectMany(records => records));
        Walk();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Walk()
        {
            using RecordReader reader = new(batch);
            while (reader.MoveNext())
            {
                foreach (RecordHeaderView header in reader.Current.Headers)
                    Assert.True(header.KeyUtf8.Length < 10);
            }
        }
    }

    // Goal: bytes that lie can do no more than be refused. Method: every bit of a batch flipped by itself; what can
    // still be read is read to the end, and anything but the one exception fails the test.
    [Fact]
    public void Every_flipped_bit_is_read_or_refused()
    {
        byte[] batch = SampleRecord.BuildBytes(Mixed[..4]);
        for (int bit = 0; bit < 8 * batch.Length; bit++)
        {
            byte[] flipped = [.. batch];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadOrRefuse(flipped);
        }
    }

    [Fact]
    public void Every_cut_is_refused()
    {
        byte[] batch = SampleRecord.BuildBytes(Mixed);
        for (int length = 0; length < batch.Length; length++)
        {
            byte[] cut = batch[..length];
            Assert.True(ReadOrRefuse(cut));
            if (length < RecordBatchHeader.Size)
                continue;

            // Even if the length field says so too.
            BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(RecordBatchHeader.BatchLengthAt), length - 12);
            Assert.True(ReadOrRefuse(cut));
        }
    }

    // Goal: as above, for many changes at once, in every compression. Method: seeded, so a failure can be run again.
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Random_damage_is_read_or_refused(CompressionType compression)
    {
        using RecordBuffer built = SampleRecord.Build(Mixed, compression);
        byte[] batch = built.Span.ToArray();
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. batch, .. new byte[random.Next(3)]];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(RecordBatchHeader.Size, damaged.Length);
                damaged[at] = random.Next(3) switch
                {
                    0 => 0xFF,
                    1 => (byte)(damaged[at] ^ (1 << random.Next(8))),
                    _ => (byte)random.Next(256),
                };
            }

            if (random.Next(2) == 0)
                damaged = damaged[..random.Next(RecordBatchHeader.Size, damaged.Length + 1)];
            BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(RecordBatchHeader.BatchLengthAt), damaged.Length - 12);
            ReadOrRefuse(damaged);
        }
    }

    [Fact]
    public void A_forged_count_is_refused_before_anything_is_read()
    {
        byte[] batch = SampleRecord.BuildBytes(Mixed);
        foreach (int count in (int[])[int.MaxValue, 1000 * 1000, 6, 4, -1, int.MinValue])
        {
            BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.RecordCountAt), count);
            Assert.True(ReadOrRefuse(batch));
        }
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void More_than_the_limit_is_refused(CompressionType compression)
    {
        using RecordBuffer batch = SampleRecord.Build(
            [new SampleRecord(0, 0, null, new byte[1_000_000], [])], compression);
        Assert.Single(SampleRecord.ReadAll(batch.Span));
        StreamLogException exception = Assert.Throws<StreamLogException>(() =>
            new RecordReader(batch.Span, 100_000).Current.Offset);
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }

    [Fact]
    public void Old_formats_are_named_in_the_refusal()
    {
        byte[] batch = SampleRecord.BuildBytes(Mixed);
        batch[RecordBatchHeader.MagicAt] = 1;
        StreamLogException exception = Assert.Throws<StreamLogException>(() => SampleRecord.ReadAll(batch));
        Assert.Equal(ErrorCode.UnsupportedForMessageFormat, exception.ErrorCode);
        Assert.Contains("format version 1", exception.Message, StringComparison.Ordinal);
    }

    // Returns whether the bytes were refused.
    private static bool ReadOrRefuse(byte[] batch)
    {
        try
        {
            SampleRecord.ReadAll(batch);
            return false;
        }
        catch (StreamLogException exception)
        {
            Assert.Contains(
                exception.ErrorCode,
                (ErrorCode[])[ErrorCode.CorruptMessage, ErrorCode.UnsupportedForMessageFormat,
                    ErrorCode.UnsupportedCompressionType]);
            return true;
        }
    }
}
