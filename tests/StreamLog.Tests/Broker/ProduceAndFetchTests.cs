using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class ProduceAndFetchTests
{
    [Fact]
    public async Task What_is_produced_is_fetched_in_order()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        CreateTopicsResponse.CreatableTopicResult created = await broker.CreateTopicAsync("orders", partitions: 2);
        Assert.Equal(ErrorCode.None, created.ErrorCode);
        Assert.Equal(2, created.NumPartitions);
        Assert.NotEqual(Guid.Empty, created.TopicId);

        ProduceResponse.PartitionProduceResponse first = await broker.ProduceAsync("orders", 0, "a", "b");
        ProduceResponse.PartitionProduceResponse second = await broker.ProduceAsync("orders", 0, "c");

        Assert.Equal((ErrorCode.None, 0L, 0L), (first.ErrorCode, first.BaseOffset, first.LogStartOffset));
        Assert.Equal((ErrorCode.None, 2L), (second.ErrorCode, second.BaseOffset));
        Assert.Equal([(0L, "a"), (1L, "b"), (2L, "c")], await broker.ReadAllAsync("orders"));
        Assert.Empty(await broker.ReadAllAsync("orders", partition: 1));
    }

    [Fact]
    public async Task Nothing_is_lost_over_a_clean_restart()
    {
        BrokerHarness first = await BrokerHarness.StartAsync();
        await first.CreateTopicAsync("orders");
        await first.ProduceAsync("orders", 0, "a", "b");

        await using BrokerHarness broker = await first.RestartAsync();

        Assert.Equal([(0L, "a"), (1L, "b")], await broker.ReadAllAsync("orders"));
        Assert.Equal(2, (await broker.ProduceAsync("orders", 0, "c")).BaseOffset);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_power_cut_and_topics_with_it()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders");
        await first.ProduceAsync("orders", 0, "a", "b");

        await using BrokerHarness broker = await first.CrashAsync();

        Assert.Equal([(0L, "a"), (1L, "b")], await broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task Page_cache_topics_answer_without_a_flush()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders", 1, ("streamlog.durability", "PageCache"));

        disk.HoldFlushes();
        ProduceResponse.PartitionProduceResponse answer = await broker.ProduceAsync("orders", 0, "a");
        Assert.Equal([(0L, "a")], await broker.ReadAllAsync("orders"));
        disk.ReleaseFlushes();

        Assert.Equal(ErrorCode.None, answer.ErrorCode);
    }

    [Fact]
    public async Task A_durable_produce_waits_for_its_flush_and_shows_nothing_before()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");

        disk.HoldFlushes();
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        Task<ProduceResponse> produce = broker.SendAsync(request).AsTask();
        Assert.False(produce.IsCompleted);
        Assert.Empty(await broker.ReadAllAsync("orders"));
        disk.ReleaseFlushes();

        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await produce).ErrorCode);
        Assert.Equal([(0L, "a")], await broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task A_produce_that_is_not_committed_in_time_says_that_its_outcome_is_unknown()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");

        disk.HoldFlushes();
        using ProduceRequest request = BrokerHarness.ProduceRequest(
            "orders", 0, BrokerHarness.Batch("a"), timeoutMs: 100);
        Task<ProduceResponse> produce = broker.SendAsync(request).AsTask();
        broker.Time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(ErrorCode.RequestTimedOut, BrokerHarness.Single(await produce).ErrorCode);
        disk.ReleaseFlushes();
    }

    [Fact]
    public async Task A_cancelled_produce_only_stops_waiting()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        using CancellationTokenSource stopping = new();

        disk.HoldFlushes();
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        Task<ProduceResponse> produce = broker.SendAsync(request, stopping.Token).AsTask();
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => produce);
        disk.ReleaseFlushes();
        await broker.ProduceAsync("orders", 0, "b");

        Assert.Equal([(0L, "a"), (1L, "b")], await broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_is_not_sent()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => broker.SendAsync(request, new CancellationToken(canceled: true)).AsTask());

        Assert.Empty(await broker.ReadAllAsync("orders"));
    }

    [Theory]
    [InlineData((short)0)]
    [InlineData((short)1)]
    [InlineData((short)-1)]
    public async Task All_legal_acks_append(short acks)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"), acks);

        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await broker.SendAsync(request)).ErrorCode);

        Assert.Equal([(0L, "a")], await broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task Bad_produces_are_refused_by_name_and_harm_nothing()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");

        Assert.Equal(ErrorCode.InvalidRequiredAcks, await ErrorOf("orders", 0, BrokerHarness.Batch("a"), acks: 2));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ErrorOf("nowhere", 0, BrokerHarness.Batch("a")));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ErrorOf("orders", 1, BrokerHarness.Batch("a")));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ErrorOf("orders", -1, BrokerHarness.Batch("a")));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorOf("orders", 0, null));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorOf("orders", 0, RecordBuffer.Empty));
        Assert.Equal(ErrorCode.CorruptMessage, await ErrorOf("orders", 0, Damaged()));
        Assert.Equal(ErrorCode.TransactionalIdAuthorizationFailed, await ErrorOf("orders", 0, Transactional()));

        Assert.Empty(await broker.ReadAllAsync("orders"));

        async Task<ErrorCode> ErrorOf(string topic, int partition, RecordBuffer? records, short acks = -1)
        {
            using ProduceRequest request = BrokerHarness.ProduceRequest(topic, partition, records, acks);
            ProduceResponse.PartitionProduceResponse answer = BrokerHarness.Single(await broker.SendAsync(request));
            Assert.False(string.IsNullOrEmpty(answer.ErrorMessage));
            Assert.Equal(-1, answer.BaseOffset);
            return answer.ErrorCode;
        }

        static RecordBuffer Damaged()
        {
            using RecordBuffer good = BrokerHarness.Batch("a");
            byte[] bytes = good.Span.ToArray();
            bytes[^1] ^= 1;
            return RecordBuffer.CopyOf(bytes);
        }

        static RecordBuffer Transactional()
        {
            using RecordBatchBuilder builder = new(1024);
            builder.TryAppend(1, "k"u8, true, "v"u8, true, null);
            builder.SetProducer(1, 0, 0, transactional: true);
            return builder.Build();
        }
    }

    [Fact]
    public async Task Records_without_a_key_are_named_where_the_topic_is_compacted()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("latest", 1, ("cleanup.policy", "compact"));
        using RecordBatchBuilder builder = new(1024);
        builder.TryAppend(1, "k"u8, hasKey: true, "v"u8, hasValue: true, headers: null);
        builder.TryAppend(1, default, hasKey: false, "v"u8, hasValue: true, headers: null);
        using ProduceRequest request = BrokerHarness.ProduceRequest("latest", 0, builder.Build());

        ProduceResponse.PartitionProduceResponse answer = BrokerHarness.Single(await broker.SendAsync(request));

        Assert.Equal(ErrorCode.InvalidRecord, answer.ErrorCode);
        Assert.Equal(1, Assert.Single(answer.RecordErrors).BatchIndex);
    }

    [Fact]
    public async Task Who_names_a_producer_id_from_outside_gets_a_new_one()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        InitProducerIdResponse own = await broker.SendAsync(new InitProducerIdRequest { TransactionalId = null });
        InitProducerIdRequest claim = new()
        {
            TransactionalId = null,
            ProducerId = own.ProducerId,
            ProducerEpoch = own.ProducerEpoch,
        };

        InitProducerIdResponse other =
            await broker.Broker.SendAsync(claim, new RequestContext(), CancellationToken.None);
        InitProducerIdResponse unknown = await broker.Broker.SendAsync(
            new InitProducerIdRequest { TransactionalId = null, ProducerId = 9_000_000, ProducerEpoch = 0 },
            new RequestContext(),
            CancellationToken.None);

        Assert.Equal((ErrorCode.None, ErrorCode.None), (other.ErrorCode, unknown.ErrorCode));
        Assert.Equal(3, new[] { own.ProducerId, other.ProducerId, unknown.ProducerId }.Distinct().Count());
    }

    [Fact]
    public async Task A_retry_of_an_idempotent_batch_gets_the_first_answer()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        InitProducerIdResponse id = await broker.SendAsync(new InitProducerIdRequest { TransactionalId = null });

        Assert.Equal(0, (await Send(sequence: 0)).BaseOffset);
        Assert.Equal(0, (await Send(sequence: 0)).BaseOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await Send(sequence: 5)).ErrorCode);
        Assert.Equal(1, (await Send(sequence: 1)).BaseOffset);

        Assert.Equal(2, (await broker.ReadAllAsync("orders")).Count);

        async Task<ProduceResponse.PartitionProduceResponse> Send(int sequence)
        {
            using RecordBatchBuilder builder = new(1024);
            builder.TryAppend(1, "k"u8, hasKey: true, "v"u8, hasValue: true, headers: null);
            builder.SetProducer(id.ProducerId, id.ProducerEpoch, sequence, transactional: false);
            using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, builder.Build());
            return BrokerHarness.Single(await broker.SendAsync(request));
        }
    }

    [Fact]
    public async Task Internal_topics_take_nothing_from_clients()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("__consumer_offsets");

        Assert.Equal(ErrorCode.InvalidTopic, (await broker.ProduceAsync("__consumer_offsets", 0, "a")).ErrorCode);
    }
}
