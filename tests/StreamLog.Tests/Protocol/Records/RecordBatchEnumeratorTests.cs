using System.Buffers.Binary;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class RecordBatchEnumeratorTests
{
    private static readonly byte[] First = SampleRecord.BuildBytes(SampleRecord.Of("a", "1"));
    private static readonly byte[] Second = SampleRecord.BuildBytes(
        SampleRecord.Of("b", "2"), SampleRecord.Of("c", null));

    [Fact]
    public void It_finds_every_batch()
    {
        List<byte[]> found = [];
        foreach (ReadOnlySpan<byte> batch in new RecordBatchEnumerator([.. First, .. Second, .. First]))
            found.Add(batch.ToArray());

        Assert.Equal([First, Second, First], found);
    }

    [Fact]
    public void It_stops_before_an_incomplete_batch_and_says_where()
    {
        for (int missing = 1; missing <= Second.Length; missing++)
        {
            RecordBatchEnumerator batches = new([.. First, .. Second.AsSpan(0, Second.Length - missing)]);
            Assert.True(batches.MoveNext());
            Assert.Equal(0, batches.Position);
            Assert.Equal(1, batches.Header.RecordCount);
            Assert.False(batches.MoveNext());
            Assert.Equal(First.Length, batches.NextPosition);
            Assert.False(batches.MoveNext());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_length_that_no_batch_has_is_refused(int length)
    {
        byte[] bytes = [.. First];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(RecordBatchHeader.BatchLengthAt), length);

        StreamLogException exception = Assert.Throws<StreamLogException>(() =>
            new RecordBatchEnumerator(bytes).MoveNext());
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }

    [Fact]
    public void No_bytes_hold_no_batches() => Assert.False(new RecordBatchEnumerator([]).MoveNext());
}
