using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

// They count buffers of the whole process, so nothing runs beside them.
[Collection("BufferCountTests")]
public sealed class ProducerTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 3);

    [Fact]
    public async Task An_append_tells_where_the_record_stands()
    {
        await using Producer<string, string> producer = Create();

        LogPosition first = await producer.AppendAsync("orders", new("k", "1") { Partition = 2 });
        LogPosition second = await producer.AppendAsync("orders", new("k", "2") { Partition = 2 });

        Assert.Equal(new LogPosition("orders", 2, 0), first);
        Assert.Equal(new LogPosition("orders", 2, 1), second);
        Assert.Equal(["1", "2"], Values(2));
    }

    [Theory]
    [InlineData(Acks.None, 0, -1L)]
    [InlineData(Acks.Leader, 1, 0L)]
    [InlineData(Acks.All, -1, 0L)]
    public async Task The_broker_is_told_who_must_have_a_record(Acks acks, short sent, long offset)
    {
        await using Producer<string, string> producer = Create(options => options.Acks = acks);

        LogPosition position = await producer.AppendAsync("orders", new("k", "1") { Partition = 2 });

        Assert.Equal(new LogPosition("orders", 2, offset), position);
        Assert.Equal(["1"], Values(2));
        Assert.Equal(sent, _broker.Sent<ProduceRequest>().Single().Acks);
        Assert.Equal(acks == Acks.All ? 1 : 0, _broker.Sent<InitProducerIdRequest>().Count());
    }

    [Fact]
    public async Task Without_acknowledgement_what_is_known_to_be_refused_is_still_told()
    {
        await using Producer<string, string> producer = Create(options => options.Acks = Acks.None);
        _broker.MaxMessageBytes = 10;

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", "v")));

        Assert.Equal(ErrorCode.MessageTooLarge, failure.ErrorCode);
    }

    [Fact]
    public async Task A_key_goes_where_Kafka_puts_it()
    {
        await using Producer<string, string> producer = Create();

        LogPosition position = await producer.AppendAsync("orders", new("foobar", "x"));

        Assert.Equal((-790332482 & int.MaxValue) % 3, position.Partition);
    }

    [Fact]
    public async Task A_record_arrives_with_its_key_timestamp_and_headers()
    {
        await using Producer<string, string> producer = Create();
        RecordHeaders headers = new();
        headers.Add("h", "v");
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1234);

        await producer.AppendAsync("orders", new(null!, null!) { Partition = 0, Timestamp = time, Headers = headers });

        using RecordReader reader = new(_broker.Partition("orders").Batches[0]);
        Assert.True(reader.MoveNext());
        Assert.False(reader.Current.HasKey);
        Assert.False(reader.Current.HasValue);
        Assert.Equal(1234, reader.Current.Timestamp);
        Assert.Equal(1, reader.Current.HeaderCount);
    }

    [Fact]
    public async Task Records_without_a_key_go_to_all_partitions_in_turn()
    {
        await using Producer<string, string> producer = Create();

        HashSet<int> partitions = [];
        for (int i = 0; i < 60; i++)
            partitions.Add((await producer.AppendAsync("orders", new(null!, "v"))).Partition);

        Assert.Equal(3, partitions.Count);
    }

    [Fact]
    public async Task Records_that_are_appended_while_something_is_under_way_share_a_batch()
    {
        TaskCompletionSource gate = new();
        int produces = 0;
        await using Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "first") { Partition = 0 });
        _broker.Script = request => request is ProduceRequest && ++produces == 1
            ? new Fault { Until = gate.Task } : null;

        List<Task<LogPosition>> appends = [];
        for (int i = 0; i < 10; i++)
            appends.Add(producer.AppendAsync("orders", new("k", $"{i}") { Partition = 0 }).AsTask());
        gate.SetResult();
        await Task.WhenAll(appends);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Values(0).Skip(1));
        Assert.Equal(3, _broker.Partition("orders").Batches.Count);
    }

    [Fact]
    public async Task Linger_holds_a_batch_back_and_a_flush_does_not_wait_for_it()
    {
        await using Producer<string, string> producer = Create(options => options.Linger = TimeSpan.FromHours(1));

        ValueTask<LogPosition> append = producer.AppendAsync("orders", new("k", "v") { Partition = 0 });
        Assert.False(append.IsCompleted);
        await producer.FlushAsync();

        Assert.Equal(0, (await append).Offset);
    }

    [Fact]
    public async Task A_batch_goes_when_linger_is_over()
    {
        await using Producer<string, string> producer =
            Create(options => options.Linger = TimeSpan.FromMilliseconds(7));

        Task<LogPosition> append = producer.AppendAsync("orders", new("k", "v") { Partition = 0 }).AsTask();
        Assert.False(append.IsCompleted);

        Assert.Equal(0, (await _environment.RunAsync(append)).Offset);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_the_record_stands_there_once()
    {
        int produces = 0;
        _broker.Script = request => request is ProduceRequest && ++produces == 1
            ? new Fault { LosesAnswer = true } : null;
        await using Producer<string, string> producer = Create();

        LogPosition position =
            await _environment.RunAsync(producer.AppendAsync("orders", new("k", "v") { Partition = 0 }));

        Assert.Equal(0, position.Offset);
        Assert.Equal(["v"], Values(0));
        Assert.Equal(2, produces);
    }

    [Fact]
    public async Task A_log_that_has_forgotten_the_producer_is_sent_the_next_epoch()
    {
        await using Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });
        int produces = 0;
        _broker.Script = request => request is ProduceRequest && ++produces == 1
            ? new Fault { Error = ErrorCode.UnknownProducerId } : null;

        await _environment.RunAsync(producer.AppendAsync("orders", new("k", "2") { Partition = 0 }));
        await _environment.RunAsync(producer.AppendAsync("orders", new("k", "3") { Partition = 0 }));

        Assert.Equal(["1", "2", "3"], Values(0));
        RecordBatchHeader last = new(_broker.Partition("orders").Batches[^1]);
        Assert.Equal(1, last.ProducerEpoch);
        Assert.Equal(1, last.BaseSequence);
    }

    [Fact]
    public async Task A_fenced_producer_takes_a_new_id()
    {
        await using Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });
        int produces = 0;
        _broker.Script = request => request is ProduceRequest && ++produces == 1
            ? new Fault { Error = ErrorCode.InvalidProducerEpoch } : null;

        await _environment.RunAsync(producer.AppendAsync("orders", new("k", "2") { Partition = 0 }));

        Assert.Equal(["1", "2"], Values(0));
        Assert.Equal(2, _broker.Sent<InitProducerIdRequest>().Count());
    }

    [Fact]
    public async Task After_a_batch_was_given_up_the_next_ones_begin_a_new_epoch()
    {
        await using Producer<string, string> producer =
            Create(options => options.DeliveryTimeout = TimeSpan.FromSeconds(40));
        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });
        _broker.Script = request => request is ProduceRequest ? new Fault { LosesRequest = true } : null;

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            () => _environment.RunAsync(producer.AppendAsync("orders", new("k", "lost") { Partition = 0 })));
        _broker.Script = _ => null;
        await _environment.RunAsync(producer.AppendAsync("orders", new("k", "2") { Partition = 0 }));

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.True(failure.IsOutcomeUnknown);
        Assert.Equal(["1", "2"], Values(0));
        Assert.Equal(1, new RecordBatchHeader(_broker.Partition("orders").Batches[^1]).ProducerEpoch);
    }

    [Fact]
    public async Task An_error_that_is_final_reaches_the_caller_and_the_next_append_succeeds()
    {
        await using Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });
        _broker.Script = request => request is ProduceRequest
            ? new Fault { Error = ErrorCode.TopicAuthorizationFailed } : null;

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", "refused") { Partition = 0 }));
        _broker.Script = _ => null;
        await producer.AppendAsync("orders", new("k", "2") { Partition = 0 });

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, failure.ErrorCode);
        Assert.Equal(["1", "2"], Values(0));
    }

    [Fact]
    public async Task A_failed_disk_is_told_at_once()
    {
        await using Producer<string, string> producer = Create();
        _broker.Script = request => request is ProduceRequest
            ? new Fault { Error = ErrorCode.KafkaStorageError } : null;

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", "v") { Partition = 0 }));

        Assert.Equal(ErrorCode.KafkaStorageError, failure.ErrorCode);
    }

    [Fact]
    public async Task A_flush_throws_the_first_failure_of_enqueued_records_once()
    {
        await using Producer<string, string> producer = Create();
        _broker.Script = request => request is ProduceRequest
            ? new Fault { Error = ErrorCode.TopicAuthorizationFailed } : null;

        await producer.EnqueueAsync("orders", new("k", "v") { Partition = 0 });
        StreamLogException failure =
            await Assert.ThrowsAsync<StreamLogException>(async () => await producer.FlushAsync());
        await producer.FlushAsync();

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, failure.ErrorCode);
    }

    [Fact]
    public async Task A_serializer_that_throws_reaches_the_caller_and_harms_nothing()
    {
        await using Producer<string, string> producer = CreateOf(Serdes.Utf8, new Picky());

        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });
        await Assert.ThrowsAsync<FormatException>(
            async () => await producer.AppendAsync("orders", new("k", "bad") { Partition = 0 }));
        await Assert.ThrowsAsync<FormatException>(
            async () => await producer.EnqueueAsync("orders", new("k", "bad") { Partition = 0 }));
        await producer.AppendAsync("orders", new("k", "2") { Partition = 0 });

        Assert.Equal(["1", "2"], Values(0));
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_with_both_sizes()
    {
        await using Producer<string, string> producer = Create(options => options.MaxRequestBytes = 1000);
        await producer.AppendAsync("orders", new("k", "1") { Partition = 0 });

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", new string('x', 2000)) { Partition = 0 }));
        await producer.AppendAsync("orders", new("k", "2") { Partition = 0 });

        Assert.Equal(ErrorCode.MessageTooLarge, failure.ErrorCode);
        Assert.Contains("1000", failure.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRequestBytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], Values(0));
    }

    [Fact]
    public async Task What_is_wrong_with_a_topic_or_partition_is_said()
    {
        await using Producer<string, string> producer = Create();

        StreamLogException unknown = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("nothing", new("k", "v")));
        StreamLogException illegal = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("not legal", new("k", "v")));
        StreamLogException outside = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", "v") { Partition = 3 }));

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, unknown.ErrorCode);
        Assert.Contains("nothing", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InvalidTopic, illegal.ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, outside.ErrorCode);
        Assert.Contains("it has 3", outside.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_appears_is_waited_for_and_order_is_kept()
    {
        int asked = 0;
        _broker.Script = request => request is MetadataRequest && ++asked <= 3
            ? new Fault { Error = ErrorCode.LeaderNotAvailable } : null;
        await using Producer<string, string> producer = Create();

        List<Task> appends = [];
        for (int i = 0; i < 20; i++)
            appends.Add(producer.AppendAsync("orders", new("k", $"{i}") { Partition = 0 }).AsTask());
        await _environment.RunAsync(Task.WhenAll(appends));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), Values(0));
    }

    [Fact]
    public async Task A_topic_that_does_not_appear_is_waited_for_no_longer_than_MaxBlock()
    {
        _broker.Script = request => request is MetadataRequest
            ? new Fault { Error = ErrorCode.LeaderNotAvailable } : null;
        await using Producer<string, string> producer = Create(options => options.MaxBlock = TimeSpan.FromSeconds(5));

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            () => _environment.RunAsync(producer.EnqueueAsync("orders", new("k", "v"))));

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains("nothing was appended", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_that_are_added_are_used_within_seconds()
    {
        await using Producer<string, string> producer =
            CreateOf(Serdes.Utf8, Serdes.Utf8, options => options.Partitioner = new LastPartition());
        Assert.Equal(2, (await producer.AppendAsync("orders", new("k", "v"))).Partition);

        _broker.Add("orders", 5);
        _environment.Time.Advance(TimeSpan.FromSeconds(4));
        await producer.AppendAsync("orders", new("k", "v"));

        Assert.Equal(4, (await producer.AppendAsync("orders", new("k", "v"))).Partition);
        Assert.Equal(3, (await producer.AppendAsync("orders", new("k", "v") { Partition = 3 })).Partition);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_fails_what_is_appended_then()
    {
        await using Producer<string, string> producer = Create();
        await producer.AppendAsync("orders", new("k", "v"));
        _broker.Remove("orders");

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            async () => await producer.AppendAsync("orders", new("k", "v")));

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, failure.ErrorCode);
    }

    [Fact]
    public async Task Many_records_are_appended_at_once()
    {
        await using Producer<string, string> producer = Create(options => options.BatchBytes = 500);

        IReadOnlyList<LogPosition> positions = await producer.AppendAsync(
            "orders", Enumerable.Range(
                0, 1000).Select(i => new ProducerRecord<string, string>("k", $"{i}") { Partition = 0 }));

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), positions.Select(position => position.Offset));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), Values(0));
    }

    [Fact]
    public async Task All_buffers_are_given_back()
    {
        long before = RecordBuffer.Outstanding;
        int produces = 0;
        _broker.Script = request => request is ProduceRequest && ++produces % 3 == 1
            ? new Fault { LosesAnswer = true } : null;
        Producer<string, string> producer = Create();
        for (int i = 0; i < 10; i++)
            await _environment.RunAsync(producer.AppendAsync("orders", new($"{i}", "v")));
        await _environment.RunAsync(producer.DisposeAsync());

        await Eventually.HoldsAsync(() => RecordBuffer.Outstanding <= before);
    }

    private Producer<string, string> Create(Action<ProducerOptions>? configure = null) =>
        CreateOf(Serdes.Utf8, Serdes.Utf8, configure);

    private Producer<TKey, TValue> CreateOf<TKey, TValue>(
        ISerializer<TKey> key, ISerializer<TValue> value, Action<ProducerOptions>? configure = null)
    {
        ProducerOptions options = new();
        configure?.Invoke(options);
        return new Producer<TKey, TValue>(_broker, _environment, options, key, value, NullLoggerFactory.Instance);
    }

    private IEnumerable<string> Values(int partition) =>
        _broker.Partition("orders", partition).Records().Select(record => Encoding.UTF8.GetString(record.Value));

    private sealed class Picky : ISerializer<string>
    {
        public void Serialize(string value, IBufferWriter<byte> writer)
        {
            Serdes.Utf8.Serialize(value, writer);
            if (value == "bad")
                throw new FormatException("Refused.");
        }
    }

    private sealed class LastPartition : IPartitioner
    {
        public int ChoosePartition(string topic, ReadOnlySpan<byte> key, int partitionCount) => partitionCount - 1;
    }
}
