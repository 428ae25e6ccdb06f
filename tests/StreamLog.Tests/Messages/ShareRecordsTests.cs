using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>What share groups keep in <c>__consumer_offsets</c> and <c>__share_group_state</c>, byte by byte as Kafka
/// writes it.</summary>
public sealed class ShareRecordsTests
{
    private const string IdHex = "00112233445566778899AABBCCDDEEFF";
    private static readonly Guid Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    public static TheoryData<string, string, string> Goldens => new()
    {
        { "member", "000A" + "000167" + "00026D31", "0000" + "00" + "0263" + "022F" + "02" + "0274" + "00" },
        { "group", "000B" + "000167", "0000" + "00000007" + "0102030405060708" + "00" },
        { "target epoch", "000C" + "000167", "0000" + "00000009" + "00" },
        {
            "target", "000D" + "000167" + "00026D31",
            "0000" + "02" + IdHex + "03" + "00000001" + "00000002" + "00" + "00"
        },
        {
            "current", "000E" + "000167" + "00026D31",
            "0000" + "00000005" + "00000004" + "00" + "02" + IdHex + "02" + "00000001" + "00" + "00"
        },
    };

    [Theory]
    [MemberData(nameof(Goldens))]
    public void A_record_has_the_bytes_that_kafka_writes(string name, string keyHex, string valueHex)
    {
        (object key, object value) = Records[name];

        Assert.True(ShareGroupRecords.IsKey(key));
        Assert.Equal(keyHex, Convert.ToHexString(ShareGroupRecords.WriteKey(key)));
        Assert.Equal(valueHex, Convert.ToHexString(ShareGroupRecords.WriteValue(value)));
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
            MessageText.Of(ShareGroupRecords.ReadValue(readKey, Convert.FromHexString(valueHex))));
    }

    [Fact]
    public void A_snapshot_has_the_bytes_that_kafka_writes()
    {
        ShareSnapshotKey key = new() { GroupId = "g", TopicId = Id, Partition = 3 };
        ShareSnapshotValue value = new()
        {
            SnapshotEpoch = 1,
            StateEpoch = 2,
            LeaderEpoch = 3,
            StartOffset = 4,
            DeliveryCompleteCount = 5,
            CreateTimestamp = 6,
            WriteTimestamp = 7,
            StateBatches = [new() { FirstOffset = 8, LastOffset = 9, DeliveryState = 2, DeliveryCount = 10 }],
        };
        const string KeyHex = "0000" + "000167" + IdHex + "00000003";
        const string ValueHex = "0000" + "00000001" + "00000002" + "00000003" + "0000000000000004"
            + "0000000000000006" + "0000000000000007"
            + "02" + "0000000000000008" + "0000000000000009" + "02" + "000A" + "00"
            + "01" + "00" + "04" + "00000005";

        Assert.Equal(KeyHex, Convert.ToHexString(ShareStateRecords.WriteKey(key)));
        Assert.Equal(ValueHex, Convert.ToHexString(ShareStateRecords.WriteValue(value)));
        Assert.Equal(
            MessageText.Of(key), MessageText.Of(ShareStateRecords.ReadKey(Convert.FromHexString(KeyHex))!));
        Assert.Equal(
            MessageText.Of(value), MessageText.Of(ShareStateRecords.ReadSnapshot(Convert.FromHexString(ValueHex))));
    }

    [Fact]
    public void An_update_has_the_bytes_that_kafka_writes()
    {
        ShareUpdateKey key = new() { GroupId = "g", TopicId = Id, Partition = 3 };
        ShareUpdateValue value = new()
        {
            SnapshotEpoch = 1,
            LeaderEpoch = 3,
            StartOffset = -1,
            StateBatches = [new() { FirstOffset = 8, LastOffset = 9, DeliveryState = 4, DeliveryCount = 1 }],
        };
        const string KeyHex = "0001" + "000167" + IdHex + "00000003";
        const string ValueHex = "0000" + "00000001" + "00000003" + "FFFFFFFFFFFFFFFF"
            + "02" + "0000000000000008" + "0000000000000009" + "04" + "0001" + "00" + "00";

        Assert.Equal(KeyHex, Convert.ToHexString(ShareStateRecords.WriteKey(key)));
        Assert.Equal(ValueHex, Convert.ToHexString(ShareStateRecords.WriteValue(value)));
        Assert.Equal(
            MessageText.Of(key), MessageText.Of(ShareStateRecords.ReadKey(Convert.FromHexString(KeyHex))!));
        Assert.Equal(
            MessageText.Of(value), MessageText.Of(ShareStateRecords.ReadUpdate(Convert.FromHexString(ValueHex))));
    }

    [Fact]
    public void What_is_not_known_is_told()
    {
        Assert.Null(ShareStateRecords.ReadKey([0, 2]));
        Assert.Null(ConsumerOffsetRecords.ReadKey([0, 15, 0, 1, 103]));
        Assert.False(ShareGroupRecords.IsKey(new OffsetCommitKey()));
        Assert.Throws<ArgumentException>(() => ShareGroupRecords.WriteKey(new OffsetCommitKey()));
        Assert.Throws<ArgumentException>(() => ShareGroupRecords.WriteValue(new OffsetCommitValue()));
        Assert.Throws<ArgumentException>(() => ShareGroupRecords.ReadValue(new OffsetCommitKey(), [0, 0]));
    }

    private static Dictionary<string, (object Key, object Value)> Records => new()
    {
        ["member"] = (
            new ShareGroupMemberMetadataKey { GroupId = "g", MemberId = "m1" },
            new ShareGroupMemberMetadataValue
            {
                RackId = null,
                ClientId = "c",
                ClientHost = "/",
                SubscribedTopicNames = ["t"],
            }),
        ["group"] = (
            new ShareGroupMetadataKey { GroupId = "g" },
            new ShareGroupMetadataValue { Epoch = 7, MetadataHash = 0x0102030405060708 }),
        ["target epoch"] = (
            new ShareGroupTargetAssignmentMetadataKey { GroupId = "g" },
            new ShareGroupTargetAssignmentMetadataValue { AssignmentEpoch = 9 }),
        ["target"] = (
            new ShareGroupTargetAssignmentMemberKey { GroupId = "g", MemberId = "m1" },
            new ShareGroupTargetAssignmentMemberValue
            {
                TopicPartitions = [new() { TopicId = Id, Partitions = [1, 2] }],
            }),
        ["current"] = (
            new ShareGroupCurrentMemberAssignmentKey { GroupId = "g", MemberId = "m1" },
            new ShareGroupCurrentMemberAssignmentValue
            {
                MemberEpoch = 5,
                PreviousMemberEpoch = 4,
                AssignedPartitions = [new() { TopicId = Id, Partitions = [1] }],
            }),
    };
}
