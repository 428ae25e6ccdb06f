using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>What groups of the consumer protocol keep in <c>__consumer_offsets</c>, byte by byte as Kafka writes
/// it.</summary>
public sealed class ConsumerGroupRecordsTests
{
    private const string IdHex = "00112233445566778899AABBCCDDEEFF";
    private static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    public static TheoryData<string, string, string> Goldens => new()
    {
        { "group", "0003" + "000167", "0000" + "00000007" + "00" },
        { "group with a hash", "0003" + "000167", "0000" + "00000007" + "01" + "00" + "08" + "0102030405060708" },
        {
            "member", "0005" + "000167" + "00026D31",
            "0000" + "0269" + "00" + "0263" + "022F" + "02" + "0274" + "01" + "000493E0" + "08756E69666F726D" + "00"
        },
        {
            "classic member", "0005" + "000167" + "00026D31",
            "0000" + "00" + "00" + "0263" + "022F" + "02" + "0274" + "01" + "000493E0" + "00"
                + "01" + "00" + "0D" + "01" + "00002710" + "02" + "0272" + "030102" + "00" + "00"
        },
        { "target epoch", "0006" + "000167", "0000" + "00000009" + "00" },
        {
            "target", "0007" + "000167" + "00026D31",
            "0000" + "02" + IdHex + "03" + "00000001" + "00000002" + "00" + "00"
        },
        {
            "current", "0008" + "000167" + "00026D31",
            "0000" + "00000005" + "00000004" + "01"
                + "02" + IdHex + "02" + "00000001" + "00"
                + "02" + IdHex + "02" + "00000003" + "00" + "00"
        },
        {
            "pattern", "0010" + "000167" + "0003742E2A",
            "0000" + "02" + "0274" + "0000000000000006" + "0000000000000008" + "00"
        },
    };

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_record_has_the_bytes_that_kafka_writes(string name, string keyHex, string valueHex)
    {
        (object key, object value) = Records[name];

        Assert.Equal(keyHex, Convert.ToHexString(ConsumerGroupRecords.WriteKey(key)));
        Assert.Equal(valueHex, Convert.ToHexString(ConsumerGroupRecords.WriteValue(value)));
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_record_comes_back_as_what_it_was(string name, string keyHex, string valueHex)
    {
        (object key, object value) = Records[name];

        object? readKey = ConsumerOffsetRecords.ReadKey(Convert.FromHexString(keyHex));
        Assert.NotNull(readKey);
        Assert.Equal(MessageText.Of(key), MessageText.Of(readKey));
        Assert.Equal(
            MessageText.Of(value),
            MessageText.Of(ConsumerGroupRecords.ReadValue(readKey, Convert.FromHexString(valueHex))));
    }

    [Fact]
    public void The_note_of_topics_of_older_kafka_is_passed_over() =>
        Assert.Null(ConsumerOffsetRecords.ReadKey([0, 4, 0, 1, 103]));

    [Fact]
    public void What_no_such_group_keeps_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ConsumerGroupRecords.WriteKey(new OffsetCommitKey()));
        Assert.Throws<ArgumentException>(() => ConsumerGroupRecords.WriteValue(new OffsetCommitValue()));
        Assert.Throws<ArgumentException>(() => ConsumerGroupRecords.ReadValue(new OffsetCommitKey(), [0, 0]));
    }

    private static Dictionary<string, (object Key, object Value)> Records => new()
    {
        ["group"] = (new ConsumerGroupMetadataKey { GroupId = "g" }, new ConsumerGroupMetadataValue { Epoch = 7 }),
        ["group with a hash"] = (
            new ConsumerGroupMetadataKey { GroupId = "g" },
            new ConsumerGroupMetadataValue { Epoch = 7, MetadataHash = 0x0102030405060708 }),
        ["member"] = (
            new ConsumerGroupMemberMetadataKey { GroupId = "g", MemberId = "m1" },
            new ConsumerGroupMemberMetadataValue
            {
                InstanceId = "i",
                RackId = null,
                ClientId = "c",
                ClientHost = "/",
                SubscribedTopicNames = ["t"],
                SubscribedTopicRegex = "",
                RebalanceTimeoutMs = 300_000,
                ServerAssignor = "uniform",
            }),
        ["classic member"] = (
            new ConsumerGroupMemberMetadataKey { GroupId = "g", MemberId = "m1" },
            new ConsumerGroupMemberMetadataValue
            {
                InstanceId = null,
                RackId = null,
                ClientId = "c",
                ClientHost = "/",
                SubscribedTopicNames = ["t"],
                SubscribedTopicRegex = "",
                RebalanceTimeoutMs = 300_000,
                ServerAssignor = null,
                ClassicMemberMetadata = new()
                {
                    SessionTimeoutMs = 10_000,
                    SupportedProtocols = [new() { Name = "r", Metadata = [1, 2] }],
                },
            }),
        ["target epoch"] = (
            new ConsumerGroupTargetAssignmentMetadataKey { GroupId = "g" },
            new ConsumerGroupTargetAssignmentMetadataValue { AssignmentEpoch = 9 }),
        ["target"] = (
            new ConsumerGroupTargetAssignmentMemberKey { GroupId = "g", MemberId = "m1" },
            new ConsumerGroupTargetAssignmentMemberValue
            {
                Partitions = [new() { TopicId = Id, Partitions = [1, 2] }],
            }),
        ["current"] = (
            new ConsumerGroupCurrentMemberAssignmentKey { GroupId = "g", MemberId = "m1" },
            new ConsumerGroupCurrentMemberAssignmentValue
            {
                MemberEpoch = 5,
                PreviousMemberEpoch = 4,
                State = 1,
                AssignedPartitions = [new() { TopicId = Id, Partitions = [1] }],
                PartitionsPendingRevocation = [new() { TopicId = Id, Partitions = [3] }],
            }),
        ["pattern"] = (
            new ConsumerGroupRegularExpressionKey { GroupId = "g", RegularExpression = "t.*" },
            new ConsumerGroupRegularExpressionValue { Topics = ["t"], Version = 6, Timestamp = 8 }),
    };
}
