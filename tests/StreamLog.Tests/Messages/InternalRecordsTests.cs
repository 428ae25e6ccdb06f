using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>The frames of the internal logs, which Kafka's own tools read too.</summary>
public sealed class InternalRecordsTests
{
    public static TheoryData<string> MetadataRecordNames =>
        [.. MessageType.All.Where(message => message.Declaration.RecordKey >= 0).Select(message => message.Name)];

    [Theory]
    [MemberData(nameof(MetadataRecordNames))]
    public void A_metadata_record_comes_back_as_what_it_was(string name)
    {
        MessageType type = MessageType.Named(name);
        foreach (short version in type.Versions)
        {
            IMetadataRecord record = (IMetadataRecord)new RandomMessages(version + 5).Create(type, version);
            byte[] value = MetadataRecords.Write(record, version);

            Assert.Equal([1, (byte)record.RecordKey, (byte)version], value.AsSpan(0, 3).ToArray());
            Assert.Equal(MessageText.Of(record), MessageText.Of(MetadataRecords.Read(value)));
        }
    }

    [Fact]
    public void A_topic_record_has_the_bytes_that_kafka_writes()
    {
        TopicRecord record = new() { Name = "foo", TopicId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") };

        Assert.Equal(
            "01" + "02" + "00" + "04666F6F" + "00112233445566778899AABBCCDDEEFF" + "00",
            Convert.ToHexString(MetadataRecords.Write(record)));
    }

    [Theory]
    [InlineData("020200", ErrorCode.UnsupportedVersion)]
    [InlineData("016300", ErrorCode.UnsupportedVersion)]
    [InlineData("010209", ErrorCode.UnsupportedVersion)]
    [InlineData("0102FFFFFFFF0F", ErrorCode.CorruptMessage)]
    [InlineData("01020004666F", ErrorCode.CorruptMessage)]
    [InlineData("0114000000", ErrorCode.CorruptMessage)]
    [InlineData("", ErrorCode.CorruptMessage)]
    public void A_metadata_record_that_is_newer_or_damaged_says_which(string hex, ErrorCode expected)
    {
        StreamLogException refused =
            Assert.Throws<StreamLogException>(() => MetadataRecords.Read(Convert.FromHexString(hex)));

        Assert.Equal(expected, refused.ErrorCode);
    }

    [Fact]
    public void The_key_of_a_committed_offset_has_the_bytes_that_kafka_writes()
    {
        byte[] key = ConsumerOffsetRecords.WriteKey(
            new OffsetCommitKey { Group = "g", Topic = "orders", Partition = 3 });

        Assert.Equal("0001" + "000167" + "00066F7264657273" + "00000003", Convert.ToHexString(key));
        OffsetCommitKey read = Assert.IsType<OffsetCommitKey>(ConsumerOffsetRecords.ReadKey(key));
        Assert.Equal(("g", "orders", 3), (read.Group, read.Topic, read.Partition));
    }

    [Theory]
    [InlineData(-1, false, 3)]
    [InlineData(5, false, 1)]
    [InlineData(-1, true, 4)]
    public void A_committed_offset_has_the_version_that_holds_it(long expires, bool hasTopicId, int version)
    {
        OffsetCommitValue value = new()
        {
            Offset = 42,
            LeaderEpoch = version == 1 ? -1 : 7,
            Metadata = "m",
            CommitTimestamp = 9,
            ExpireTimestamp = expires,
            TopicId = hasTopicId ? Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") : Guid.Empty,
        };

        byte[] bytes = ConsumerOffsetRecords.WriteValue(value);

        Assert.Equal(version, bytes[1]);
        Assert.Equal(MessageText.Of(value), MessageText.Of(ConsumerOffsetRecords.ReadOffsetCommitValue(bytes)));
    }

    [Fact]
    public void A_classic_group_comes_back_as_what_it_was()
    {
        GroupMetadataKey key = new() { Group = "g" };
        GroupMetadataValue value = new()
        {
            ProtocolType = "consumer",
            Generation = 4,
            Protocol = "range",
            Leader = "a",
            CurrentStateTimestamp = 8,
            Members = [new() { MemberId = "a", GroupInstanceId = "i", Subscription = [1], Assignment = [2, 3] }],
        };

        object? readKey = ConsumerOffsetRecords.ReadKey(ConsumerOffsetRecords.WriteKey(key));
        GroupMetadataValue readValue =
            ConsumerOffsetRecords.ReadGroupMetadataValue(ConsumerOffsetRecords.WriteValue(value));

        Assert.Equal("g", Assert.IsType<GroupMetadataKey>(readKey).Group);
        Assert.Equal(MessageText.Of(value), MessageText.Of(readValue));
    }

    [Fact]
    public void A_transaction_has_the_bytes_that_kafka_writes()
    {
        TransactionLogKey key = new() { TransactionalId = "tx" };
        TransactionLogValue value = new()
        {
            ProducerId = 4242,
            PreviousProducerId = 4241,
            ProducerEpoch = 7,
            TransactionTimeoutMs = 60_000,
            TransactionStatus = 1,
            TransactionPartitions = [new() { Topic = "orders", PartitionIds = [3] }],
            TransactionLastUpdateTimestampMs = 9,
            TransactionStartTimestampMs = 8,
            ClientTransactionVersion = 2,
        };

        byte[] keyBytes = TransactionLogRecords.WriteKey(key);
        byte[] bytes = TransactionLogRecords.WriteValue(value);

        Assert.Equal("0000" + "00027478", Convert.ToHexString(keyBytes));
        Assert.Equal(
            "0001" + "0000000000001092" + "0007" + "0000EA60" + "01" + "02" + "076F7264657273" + "0200000003" + "00"
                + "0000000000000009" + "0000000000000008" + "02" + "00080000000000001091" + "02020002",
            Convert.ToHexString(bytes));
        Assert.Equal("tx", TransactionLogRecords.ReadKey(keyBytes)!.TransactionalId);
        Assert.Null(TransactionLogRecords.ReadKey([0, 1, 0, 0]));
        Assert.Equal(MessageText.Of(value), MessageText.Of(TransactionLogRecords.ReadValue(bytes)));
    }

    [Fact]
    public void A_key_of_a_newer_kind_is_left_to_those_who_know_it() =>
        Assert.Null(ConsumerOffsetRecords.ReadKey([0, 99, 0, 1, 103]));

    [Theory]
    [InlineData("")]
    [InlineData("0001000167")]
    [InlineData("000100016700016F00000003FF")]
    public void A_damaged_key_is_refused(string hex)
    {
        StreamLogException refused =
            Assert.Throws<StreamLogException>(() => ConsumerOffsetRecords.ReadKey(Convert.FromHexString(hex)));

        Assert.Equal(ErrorCode.CorruptMessage, refused.ErrorCode);
    }
}
