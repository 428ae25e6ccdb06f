using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class ControlRecordsTests
{
    [Theory]
    [InlineData(ControlRecordType.Commit, 1)]
    [InlineData(ControlRecordType.Abort, 0)]
    public void The_end_of_a_transaction_is_built_and_read(ControlRecordType type, byte number)
    {
        using RecordBuffer batch = ControlRecords.BuildEndTransaction(
            type, 4000, 5, coordinatorEpoch: 9, timestamp: 1234);

        RecordBatchHeader header = new(batch.Span);
        Assert.True(header.IsControl);
        Assert.True(header.IsTransactional);
        Assert.Equal((4000L, (short)5, -1), (header.ProducerId, header.ProducerEpoch, header.BaseSequence));
        using RecordReader reader = new(batch.Span);
        Assert.True(reader.MoveNext());
        RecordView record = reader.Current;
        Assert.Equal(1234, record.Timestamp);
        Assert.Equal([0, 0, 0, number], record.Key.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 9], record.Value.ToArray());
        Assert.Equal(type, ControlRecords.ReadType(in record));
        Assert.Equal(9, ControlRecords.ReadCoordinatorEpoch(in record));
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void A_leader_change_carries_its_message()
    {
        using RecordBuffer batch = ControlRecords.BuildLeaderChange([0, 0, 1, 2, 3], timestamp: 77);

        RecordBatchHeader header = new(batch.Span);
        Assert.True(header.IsControl);
        Assert.False(header.IsTransactional);
        Assert.Equal(-1, header.ProducerId);
        using RecordReader reader = new(batch.Span);
        Assert.True(reader.MoveNext());
        RecordView record = reader.Current;
        Assert.Equal(ControlRecordType.LeaderChange, ControlRecords.ReadType(in record));
        Assert.Equal([0, 0, 1, 2, 3], record.Value.ToArray());
    }

    [Fact]
    public void Only_an_end_ends_a_transaction() => Assert.Throws<ArgumentOutOfRangeException>(
        () => ControlRecords.BuildEndTransaction(ControlRecordType.LeaderChange, 1, 1, 1, 1));

    [Theory]
    [InlineData(null, "123456")]
    [InlineData("abc", "123456")]
    [InlineData("\u007Fabcd", "12345")]
    [InlineData("\u007Fabcd", null)]
    public void A_mark_that_is_too_short_is_refused(string? key, string? value)
    {
        byte[] batch = SampleRecord.BuildBytes(SampleRecord.Of(key, value));
        StreamLogException exception = Assert.Throws<StreamLogException>(() =>
        {
            using RecordReader reader = new(batch);
            Assert.True(reader.MoveNext());
            RecordView record = reader.Current;
            ControlRecords.ReadType(in record);
            ControlRecords.ReadCoordinatorEpoch(in record);
        });
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }
}
