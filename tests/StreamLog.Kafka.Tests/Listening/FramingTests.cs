using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>What comes over a connection, well formed or not, and what becomes of it.</summary>
public sealed class FramingTests
{
    [Fact]
    public async Task Requests_are_answered_in_their_order()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();

        for (int i = 0; i < 50; i++)
            await client.Stream.WriteAsync(RawClient.Frame(new ApiVersionsRequest(), 0, correlationId: i));

        for (int i = 0; i < 50; i++)
        {
            RawClient.Decode(await client.ReadFrameAsync(), ApiKey.ApiVersions, 0, out int correlationId);
            Assert.Equal(i, correlationId);
        }
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();

        foreach (byte one in RawClient.Frame(new MetadataRequest(), 4, correlationId: 9))
            await client.Stream.WriteAsync(new[] { one });

        RawClient.Decode(await client.ReadFrameAsync(), ApiKey.Metadata, 4, out int correlationId);
        Assert.Equal(9, correlationId);
    }

    [Fact]
    public async Task Versions_of_ApiVersions_that_are_not_known_are_answered_in_version_0()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();
        byte[] frame = RawClient.Frame(new ApiVersionsRequest(), 4, correlationId: 3);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(6), 99);

        await client.Stream.WriteAsync(frame);

        ApiVersionsResponse answer = (ApiVersionsResponse)RawClient.Decode(
            await client.ReadFrameAsync(), ApiKey.ApiVersions, 0, out int correlationId);
        Assert.Equal((3, ErrorCode.UnsupportedVersion), (correlationId, answer.ErrorCode));
        Assert.Equal(ApiKey.ApiVersions, Assert.Single(answer.ApiKeys).ApiKey);

        // The client asks again on the same connection.
        ApiVersionsRequest known = new() { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" };
        ApiVersionsResponse again = await client.AskAsync(known, version: 4);
        Assert.Equal(ErrorCode.None, again.ErrorCode);
    }

    // librdkafka takes a length of -1 for records that it cannot read, and never comes on.
    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(18)]
    public async Task A_fetch_of_no_records_has_bytes_of_length_zero(short version)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await node.Node.Admin.CreateTopicAsync("orders", partitions: 1);
        using RawClient client = await node.ConnectAsync();
        FetchRequest request = Batches.Fetch("orders", 0);
        if (version > 12)
            request.Topics[0].TopicId = (await node.Node.Admin.DescribeTopicAsync("orders")).TopicId;

        using FetchResponse response = await client.AskAsync(request, version);

        FetchResponse.PartitionData partition = response.Responses.Single().Partitions.Single();
        Assert.Equal((ErrorCode.None, 0), (partition.ErrorCode, partition.Records?.Length));
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "a negative length", [0xff, 0xff, 0xff, 0xff] },
        { "a length beyond the limit", [0x7f, 0xff, 0xff, 0xff] },
        { "an empty frame", [0, 0, 0, 0] },
        { "half a header", [0, 0, 0, 3, 0, 18, 0] },
        { "an unknown API", [0, 0, 0, 10, 0x03, 0xe7, 0, 0, 0, 0, 0, 1, 0xff, 0xff] },
        { "a negative API", [0, 0, 0, 10, 0xff, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff] },
        { "a version that is not spoken", [0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff] },
        { "a body that ends early", [0, 0, 0, 12, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0] },
        { "an array longer than its bytes", [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_malformed_closes_its_connection_and_no_other(string what, byte[] bytes)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient good = await node.ConnectAsync();
        using RawClient bad = await node.ConnectAsync();

        await bad.Stream.WriteAsync(bytes);

        Assert.True(await bad.IsClosedAsync(), what);
        Assert.Equal(1, (await good.AskAsync(new MetadataRequest(), version: 1)).ControllerId);
    }

    [Fact]
    public async Task A_produce_request_in_a_version_that_is_only_advertised_closes_the_connection()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient client = await node.ConnectAsync();

        await client.Stream.WriteAsync(
            new byte[] { 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9, 0, 0, 0, 0 });

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_within_a_request_leaves_nothing_behind()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using (RawClient client = await node.ConnectAsync())
            await client.Stream.WriteAsync(new byte[] { 0, 0, 1, 0, 0, 18 });

        using RawClient other = await node.ConnectAsync();
        Assert.Equal(1, (await other.AskAsync(new MetadataRequest(), version: 1)).ControllerId);
    }
}
