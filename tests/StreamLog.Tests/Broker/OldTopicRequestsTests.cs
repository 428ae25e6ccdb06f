using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>What clients of older versions are told of topics and records, through the bytes of these
/// versions.</summary>
public sealed class OldTopicRequestsTests
{
    [Fact]
    public async Task Metadata_0_asks_for_all_topics_by_an_empty_list()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        Assert.Single((await broker.SendWireAsync(new MetadataRequest(), 0)).Topics);
        for (short version = 1; version <= 13; version++)
        {
            Assert.Empty((await broker.SendWireAsync(new MetadataRequest(), version)).Topics);
            Assert.Single((await broker.SendWireAsync(new MetadataRequest { Topics = null }, version)).Topics);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Metadata_creates_topics_for_clients_that_cannot_say_so(short version)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync(
            new StreamLogOptions { AutoCreateTopics = true });

        MetadataResponse response = await broker.SendWireAsync(
            new MetadataRequest { Topics = [new() { Name = "orders" }] }, version);

        Assert.Equal((ErrorCode.None, 1), (response.Topics.Single().ErrorCode, response.Topics[0].Partitions.Count));
    }

    [Fact]
    public async Task Metadata_knows_topic_ids_from_version_12_on()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;
        MetadataRequest request = new() { Topics = [new() { Name = null, TopicId = topicId }] };

        Assert.Equal(
            (ErrorCode.InvalidRequest, ""), Answer(await broker.SendWireAsync(request, 10)));
        Assert.Equal((ErrorCode.InvalidRequest, ""), Answer(await broker.SendWireAsync(request, 11)));
        Assert.Equal((ErrorCode.None, "orders"), Answer(await broker.SendWireAsync(request, 12)));

        static (ErrorCode, string?) Answer(MetadataResponse response) =>
            (response.Topics.Single().ErrorCode, response.Topics[0].Name);
    }

    [Theory]
    [InlineData(-1, 1, 2)]
    [InlineData(-2, 1, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(-3, 7, 0)]
    [InlineData(-4, 8, 0)]
    [InlineData(-5, 9, -1)]
    [InlineData(-6, 11, -1)]
    public async Task Special_times_are_known_since_some_version(long timestamp, short since, long offset)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.ProduceAsync("orders", 0, "a", "b");

        for (short version = 1; version <= 11; version++)
        {
            ListOffsetsResponse response = await broker.SendWireAsync(
                new ListOffsetsRequest
                {
                    ReplicaId = -1,
                    Topics = [new() { Name = "orders", Partitions = [new() { Timestamp = timestamp }] }],
                },
                version);
            ListOffsetsResponse.ListOffsetsPartitionResponse answer = response.Topics.Single().Partitions.Single();
            Assert.Equal(
                version < since ? (ErrorCode.UnsupportedVersion, -1) : (ErrorCode.None, offset),
                (answer.ErrorCode, answer.Offset));
        }
    }

    [Fact]
    public async Task A_time_of_no_meaning_is_refused_in_every_version()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        ListOffsetsResponse response = await broker.SendWireAsync(
            new ListOffsetsRequest
            {
                ReplicaId = -1,
                Topics = [new() { Name = "orders", Partitions = [new() { Timestamp = -7 }] }],
            },
            11);

        Assert.Equal(ErrorCode.UnsupportedVersion, response.Topics.Single().Partitions.Single().ErrorCode);
    }

    [Fact]
    public async Task Every_version_of_fetch_has_bytes_of_length_zero_where_there_are_no_records()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;

        for (short version = 4; version <= 18; version++)
        {
            FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
            request.Topics[0].TopicId = version < 13 ? Guid.Empty : topicId;
            request.Topics[0].Partitions.Add(new() { Partition = 7, PartitionMaxBytes = 1 });
            using FetchResponse response = await broker.SendWireAsync(request, version);
            Assert.Equal(
                [ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
                response.Responses.Single().Partitions.Select(partition => partition.ErrorCode));
            Assert.All(response.Responses[0].Partitions, partition => Assert.Equal(0, partition.Records?.Length));
        }
    }

    [Fact]
    public async Task Errors_of_leadership_can_be_told_in_every_version_of_fetch()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders");
        await using BrokerHarness broker = await first.CrashAsync();

        for (short version = 9; version <= 12; version++)
        {
            FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
            request.Topics[0].Partitions[0].CurrentLeaderEpoch = 0;
            using FetchResponse response = await broker.SendWireAsync(request, version);
            Assert.Equal(ErrorCode.FencedLeaderEpoch, BrokerHarness.Single(response).ErrorCode);
        }
    }

    [Theory]
    [InlineData(9, ErrorCode.UnsupportedCompressionType)]
    [InlineData(10, ErrorCode.None)]
    public async Task A_topic_of_zstd_is_read_by_those_who_know_it(short version, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 1, ("compression.type", "zstd"));
        await broker.ProduceAsync("orders", 0, "a");

        using FetchResponse response =
            await broker.SendWireAsync(BrokerHarness.FetchRequest("orders", 0, 0), version);

        Assert.Equal(expected, BrokerHarness.Single(response).ErrorCode);
    }

    [Theory]
    [InlineData(6, ErrorCode.UnsupportedCompressionType)]
    [InlineData(7, ErrorCode.None)]
    public async Task Batches_of_zstd_are_taken_from_those_who_may_know_it(short version, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        using RecordBatchBuilder builder = new(1024, CompressionType.Zstd);
        builder.TryAppend(1_000, "k"u8, hasKey: true, "v"u8, hasValue: true, headers: null);
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, builder.Build());

        ProduceResponse response = await broker.SendWireAsync(request, version);

        Assert.Equal(expected, BrokerHarness.Single(response).ErrorCode);
    }

    [Theory]
    [InlineData(0, ErrorCode.InvalidRecord)]
    [InlineData(1, ErrorCode.InvalidRecord)]
    [InlineData(2, ErrorCode.None)]
    [InlineData(3, ErrorCode.CorruptMessage)]
    public async Task Only_the_current_format_of_records_is_taken(byte magic, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        byte[] bytes = BrokerHarness.Batch("a").Span.ToArray();
        bytes[RecordBatchHeader.MagicAt] = magic;

        for (short version = 3; version <= 12; version++)
        {
            using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, RecordBuffer.CopyOf(bytes));
            Assert.Equal(expected, BrokerHarness.Single(await broker.SendWireAsync(request, version)).ErrorCode);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_single_batch_are_refused_as_kafka_does()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        byte[] batch = BrokerHarness.Batch("a").Span.ToArray();

        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync(null));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync([]));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync([.. batch, .. batch]));
        batch[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, await ProduceAsync(batch));

        async Task<ErrorCode> ProduceAsync(byte[]? bytes)
        {
            using ProduceRequest request = BrokerHarness.ProduceRequest(
                "orders", 0, bytes is null ? null : RecordBuffer.CopyOf(bytes));
            return BrokerHarness.Single(await broker.SendWireAsync(request, 9)).ErrorCode;
        }
    }

    [Fact]
    public async Task The_records_to_blame_are_told_from_version_8_on()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 1, ("cleanup.policy", "compact"));
        using RecordBatchBuilder builder = new(1024);
        builder.TryAppend(1_000, "k"u8, hasKey: true, "v"u8, hasValue: true, headers: null);
        builder.TryAppend(1_000, default, hasKey: false, "v"u8, hasValue: true, headers: null);
        using RecordBuffer batch = builder.Build();

        for (short version = 3; version <= 12; version++)
        {
            using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, RecordBuffer.CopyOf(batch.Span));
            ProduceResponse.PartitionProduceResponse answer =
                BrokerHarness.Single(await broker.SendWireAsync(request, version));
            Assert.Equal((ErrorCode.InvalidRecord, -1), (answer.ErrorCode, answer.BaseOffset));
            Assert.Equal(version < 8 ? [] : [1], answer.RecordErrors.Select(error => error.BatchIndex));
        }
    }

    [Fact]
    public void A_full_disk_is_told_to_kafkas_clients_in_kafkas_words()
    {
        ProduceResponse response = new()
        {
            Responses = [new() { PartitionResponses = [new() { ErrorCode = ErrorCode.StorageFull }] }],
        };

        Assert.Equal(
            ErrorCode.KafkaStorageError,
            BrokerHarness.Single((ProduceResponse)BrokerHarness.ThroughWire(response, 9)).ErrorCode);
    }
}
