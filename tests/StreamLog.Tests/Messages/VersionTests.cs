using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

/// <summary>What happens to a value that a version cannot express.</summary>
public sealed class VersionTests
{
    [Fact]
    public void A_value_without_room_is_refused_by_name()
    {
        MetadataRequest request = new() { AllowAutoTopicCreation = false };

        StreamLogException refused = AssertRefused(request, version: 3);
        Assert.Contains("MetadataRequest.AllowAutoTopicCreation", refused.Message);
        Assert.Contains("version 3", refused.Message);
    }

    [Fact]
    public void A_value_without_room_deep_within_is_refused_by_name()
    {
        DeleteTopicsRequest request = new() { Topics = [new() { TopicId = Guid.NewGuid() }] };

        Assert.Contains("DeleteTopicsRequest.Topics", AssertRefused(request, version: 5).Message);
    }

    [Fact]
    public void A_tagged_struct_without_room_is_refused_by_name()
    {
        FetchRequest request = new() { ReplicaState = new() };

        Assert.Contains("FetchRequest.ReplicaState", AssertRefused(request, version: 14).Message);
    }

    [Fact]
    public void A_value_at_its_default_needs_no_room()
    {
        MetadataRequest read = RoundTrip(new MetadataRequest { Topics = null }, version: 3);

        Assert.Null(read.Topics);
        Assert.True(read.AllowAutoTopicCreation);
    }

    [Fact]
    public void An_ignorable_value_without_room_is_dropped()
    {
        FetchRequest read = RoundTrip(new FetchRequest { RackId = "a", SessionEpoch = 7 }, version: 6);

        Assert.Equal("", read.RackId);
        Assert.Equal(-1, read.SessionEpoch);
    }

    [Fact]
    public void A_null_without_room_is_refused_by_name()
    {
        MetadataRequest request = new() { Topics = null };

        Assert.Contains("MetadataRequest.Topics is null", AssertRefused(request, version: 0).Message);
    }

    [Fact]
    public void A_null_where_none_is_allowed_is_refused_by_name()
    {
        CreateTopicsRequest request = new() { Topics = [new() { Name = null! }] };

        Assert.Contains("CreateTopicsRequest.CreatableTopic.Name is null", AssertRefused(request, version: 7).Message);
    }

    [Fact]
    public void Topic_ids_take_the_place_of_names()
    {
        Guid id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        ProduceResponse response = new() { Responses = [new() { Name = "orders", TopicId = id }] };

        ProduceResponse.TopicProduceResponse byName = Assert.Single(RoundTrip(response, version: 12).Responses);
        ProduceResponse.TopicProduceResponse byId = Assert.Single(RoundTrip(response, version: 13).Responses);

        Assert.Equal(("orders", Guid.Empty), (byName.Name, byName.TopicId));
        Assert.Equal(("", id), (byId.Name, byId.TopicId));
    }

    [Fact]
    public void A_tagged_struct_is_null_where_it_was_not_sent()
    {
        ProduceResponse response = new()
        {
            Responses = [new() { PartitionResponses = [new(), new() { CurrentLeader = new() { LeaderId = 3 } }] }],
        };

        List<ProduceResponse.PartitionProduceResponse> read =
            RoundTrip(response, version: 10).Responses[0].PartitionResponses;

        Assert.Null(read[0].CurrentLeader);
        Assert.Equal(3, read[1].CurrentLeader!.LeaderId);
    }

    [Fact]
    public void A_tag_that_belongs_to_a_later_version_is_kept_as_unknown()
    {
        PartitionChangeRecord later = new() { TopicId = Guid.Empty, EligibleLeaderReplicas = [1], Isr = [4] };
        byte[] bytes = Bytes(later, version: 2);

        WireReader reader = new(bytes);
        PartitionChangeRecord earlier = PartitionChangeRecord.Read(ref reader, version: 0);

        Assert.Null(earlier.EligibleLeaderReplicas);
        Assert.Equal(6, Assert.Single(earlier.UnknownTaggedFields!).Tag);
        Assert.Equal(bytes, Bytes(earlier, version: 0));
    }

    [Fact]
    public void Unknown_tagged_fields_have_no_room_in_a_classic_version()
    {
        FetchRequest request = new() { UnknownTaggedFields = [new UnknownTaggedField(100, new byte[1])] };

        Assert.Contains("UnknownTaggedFields", AssertRefused(request, version: 11).Message);
    }

    [Fact]
    public void A_fetch_response_gives_its_buffers_back_once()
    {
        RecordBuffer records = RecordBuffer.CopyOf([1, 2, 3]);
        FetchResponse response = new() { Responses = [new() { Partitions = [new() { Records = records }, new()] }] };
        records.Retain();

        response.Dispose();
        response.Dispose();

        Assert.Equal(3, records.Span.Length);
        records.Dispose();
        Assert.False(records.TryRetain());
    }

    private static T RoundTrip<T>(T message, short version)
        where T : class, IMessage<T>
    {
        WireReader reader = new(Bytes(message, version));
        return T.Read(ref reader, version);
    }

    private static byte[] Bytes<T>(T message, short version)
        where T : class, IMessage<T> => MessageType.Named(typeof(T).Name).Write(message, version);

    private static StreamLogException AssertRefused<T>(T message, short version)
        where T : class, IMessage<T>
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(() => Bytes(message, version));
        Assert.Equal(ErrorCode.UnsupportedVersion, refused.ErrorCode);
        return refused;
    }
}
