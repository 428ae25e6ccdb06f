using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Messages;

public sealed class ApisTests
{
    /// <summary>The versions of Kafka 4.2, the first flexible one last, as the compatibility table promises.</summary>
    public static TheoryData<ApiKey, short, short, short> Promised => new()
    {
        { ApiKey.Produce, 3, 13, 9 },
        { ApiKey.Fetch, 4, 18, 12 },
        { ApiKey.ListOffsets, 1, 11, 6 },
        { ApiKey.Metadata, 0, 13, 9 },
        { ApiKey.OffsetCommit, 2, 10, 8 },
        { ApiKey.OffsetFetch, 1, 10, 6 },
        { ApiKey.FindCoordinator, 0, 6, 3 },
        { ApiKey.JoinGroup, 0, 9, 6 },
        { ApiKey.Heartbeat, 0, 4, 4 },
        { ApiKey.LeaveGroup, 0, 5, 4 },
        { ApiKey.SyncGroup, 0, 5, 4 },
        { ApiKey.DescribeGroups, 0, 6, 5 },
        { ApiKey.ListGroups, 0, 5, 3 },
        { ApiKey.SaslHandshake, 0, 1, short.MaxValue },
        { ApiKey.ApiVersions, 0, 4, 3 },
        { ApiKey.CreateTopics, 2, 7, 5 },
        { ApiKey.DeleteTopics, 1, 6, 4 },
        { ApiKey.DeleteRecords, 0, 2, 2 },
        { ApiKey.InitProducerId, 0, 5, 2 },
        { ApiKey.OffsetForLeaderEpoch, 2, 4, 4 },
        { ApiKey.AddPartitionsToTxn, 0, 5, 3 },
        { ApiKey.AddOffsetsToTxn, 0, 4, 3 },
        { ApiKey.EndTxn, 0, 5, 3 },
        { ApiKey.WriteTxnMarkers, 1, 2, 1 },
        { ApiKey.TxnOffsetCommit, 0, 5, 3 },
        { ApiKey.DescribeAcls, 1, 3, 2 },
        { ApiKey.CreateAcls, 1, 3, 2 },
        { ApiKey.DeleteAcls, 1, 3, 2 },
        { ApiKey.DescribeConfigs, 1, 4, 4 },
        { ApiKey.AlterConfigs, 0, 2, 2 },
        { ApiKey.AlterReplicaLogDirs, 1, 2, 2 },
        { ApiKey.DescribeLogDirs, 1, 4, 2 },
        { ApiKey.SaslAuthenticate, 0, 2, 2 },
        { ApiKey.CreatePartitions, 0, 3, 2 },
        { ApiKey.DeleteGroups, 0, 2, 2 },
        { ApiKey.ElectLeaders, 0, 2, 2 },
        { ApiKey.IncrementalAlterConfigs, 0, 1, 1 },
        { ApiKey.AlterPartitionReassignments, 0, 1, 0 },
        { ApiKey.ListPartitionReassignments, 0, 0, 0 },
        { ApiKey.OffsetDelete, 0, 0, short.MaxValue },
        { ApiKey.DescribeQuorum, 0, 2, 0 },
        { ApiKey.UpdateFeatures, 0, 2, 0 },
        { ApiKey.DescribeCluster, 0, 2, 0 },
        { ApiKey.BrokerRegistration, 0, 4, 0 },
        { ApiKey.BrokerHeartbeat, 0, 1, 0 },
        { ApiKey.DescribeClientQuotas, 0, 1, 1 },
        { ApiKey.AlterClientQuotas, 0, 1, 1 },
        { ApiKey.DescribeUserScramCredentials, 0, 0, 0 },
        { ApiKey.AlterUserScramCredentials, 0, 0, 0 },
        { ApiKey.DescribeProducers, 0, 0, 0 },
        { ApiKey.UnregisterBroker, 0, 0, 0 },
        { ApiKey.DescribeTransactions, 0, 0, 0 },
        { ApiKey.ListTransactions, 0, 2, 0 },
        { ApiKey.ConsumerGroupHeartbeat, 0, 1, 0 },
        { ApiKey.ConsumerGroupDescribe, 0, 1, 0 },
        { ApiKey.ListConfigResources, 0, 1, 0 },
        { ApiKey.DescribeTopicPartitions, 0, 0, 0 },
        { ApiKey.ShareGroupHeartbeat, 1, 1, 0 },
        { ApiKey.ShareGroupDescribe, 1, 1, 0 },
        { ApiKey.ShareFetch, 1, 2, 0 },
        { ApiKey.ShareAcknowledge, 1, 2, 0 },
        { ApiKey.DescribeShareGroupOffsets, 0, 1, 0 },
        { ApiKey.AlterShareGroupOffsets, 0, 0, 0 },
        { ApiKey.DeleteShareGroupOffsets, 0, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Promised))]
    public void An_api_has_the_versions_that_are_promised(ApiKey apiKey, short min, short max, short flexibleFrom)
    {
        Assert.True(Apis.TryGet(apiKey, out ApiDescription? api));
        Assert.Equal(new ApiVersionRange(apiKey, min, max), api.Versions);
        Assert.Equal(flexibleFrom, api.FlexibleFrom);

        MessageType response = MessageType.Named(apiKey + "Response");
        Assert.Equal(
            (min, max, flexibleFrom), (response.MinVersion, response.MaxVersion, response.FlexibleFrom));
    }

    [Fact]
    public void No_api_is_there_without_a_promise()
    {
        Assert.Equal(Promised.Select(row => row.Data.Item1).Order(), Apis.All.Select(api => api.Versions.ApiKey));
        Assert.False(Apis.TryGet((ApiKey)(-1), out _));
        Assert.False(Apis.TryGet((ApiKey)short.MaxValue, out _));
        Assert.False(Apis.TryGet((ApiKey)38, out _));
    }

    [Fact]
    public void Only_produce_is_advertised_below_what_is_read() => Assert.All(Apis.All, api =>
        Assert.Equal(
            api.Versions.ApiKey == ApiKey.Produce ? (short)0 : api.Versions.MinVersion, api.Advertised.MinVersion));

    [Theory]
    [InlineData(ApiKey.Fetch, 11, 1, 0)]
    [InlineData(ApiKey.Fetch, 12, 2, 1)]
    [InlineData(ApiKey.ApiVersions, 2, 1, 0)]
    [InlineData(ApiKey.ApiVersions, 4, 2, 0)]
    public void Flexible_messages_have_flexible_headers(ApiKey apiKey, short version, short request, short response)
    {
        Assert.True(Apis.TryGet(apiKey, out ApiDescription? api));
        Assert.Equal(request, api.RequestHeaderVersion(version));
        Assert.Equal(response, api.ResponseHeaderVersion(version));
    }

    [Theory]
    [InlineData(ApiKey.Fetch, 11, "0001000B" + "00000007" + "0002" + "6D65")]
    [InlineData(ApiKey.Fetch, 12, "0001000C" + "00000007" + "0002" + "6D65" + "00")]
    public void A_request_header_is_written_and_read(ApiKey apiKey, short version, string hex)
    {
        RequestHeader header = new(apiKey, version, 7, "me");
        WireWriter writer = new(16);
        header.Write(ref writer);
        WireReader reader = new(writer.Written);

        Assert.Equal(hex, Convert.ToHexString(writer.Written));
        Assert.Equal(header, RequestHeader.Read(ref reader));
        reader.End();
        writer.Dispose();
    }

    [Fact]
    public void Tagged_fields_of_headers_are_passed_over()
    {
        WireReader request = new(Convert.FromHexString("0001000C" + "00000007" + "FFFF" + "01" + "0002AABB" + "EE"));
        WireReader response = new(Convert.FromHexString("00000007" + "01" + "0002AABB" + "EE"));

        Assert.Equal(new RequestHeader(ApiKey.Fetch, 12, 7, null), RequestHeader.Read(ref request));
        Assert.Equal(new ResponseHeader(7), ResponseHeader.Read(ref response, version: 1));
        Assert.Equal((1, 1), (request.Remaining, response.Remaining));
    }

    [Fact]
    public void The_header_of_an_unknown_api_is_still_read()
    {
        WireReader reader = new(Convert.FromHexString("7000" + "0001" + "00000007" + "FFFF"));

        Assert.Equal(new RequestHeader((ApiKey)0x7000, 1, 7, null), RequestHeader.Read(ref reader));
    }

    [Fact]
    public void A_request_and_its_response_go_through_the_table()
    {
        Assert.True(Apis.TryGet(ApiKey.ListOffsets, out ApiDescription? api));
        ListOffsetsRequest request = new() { ReplicaId = -1, Topics = [new() { Name = "orders" }] };
        ListOffsetsResponse response = new() { ThrottleTimeMs = 3 };
        WireWriter writer = new(64);
        api.WriteRequest(request, ref writer, version: 7);
        api.WriteResponse(response, ref writer, version: 7);
        WireReader reader = new(writer.Written);

        Assert.Equal(MessageText.Of(request), MessageText.Of(api.ReadRequest(ref reader, version: 7)));
        Assert.Equal(MessageText.Of(response), MessageText.Of(api.ReadResponse(ref reader, version: 7)));
        writer.Dispose();
    }

    [Fact]
    public void An_unknown_version_of_api_versions_is_answered_in_version_0()
    {
        Assert.True(ApiVersionsFallback.IsNeeded(new RequestHeader(ApiKey.ApiVersions, 5, 1, null)));
        Assert.True(ApiVersionsFallback.IsNeeded(new RequestHeader(ApiKey.ApiVersions, -1, 1, null)));
        Assert.False(ApiVersionsFallback.IsNeeded(new RequestHeader(ApiKey.ApiVersions, 4, 1, null)));
        Assert.False(ApiVersionsFallback.IsNeeded(new RequestHeader(ApiKey.Fetch, 99, 1, null)));

        byte[] answer = MessageType.Named("ApiVersionsResponse")
            .Write(ApiVersionsFallback.CreateResponse(), ApiVersionsFallback.ResponseVersion);

        Assert.Equal("0023" + "00000001" + "0012" + "0000" + "0004", Convert.ToHexString(answer));
    }
}
