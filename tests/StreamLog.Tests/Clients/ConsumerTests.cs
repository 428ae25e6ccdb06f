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
public sealed class ConsumerTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 3);

    [Fact]
    public async Task Records_are_read_in_order_from_the_beginning_and_as_they_come()
    {
        _broker.Fill(0, 0, 10);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        List<string> read = await TakeAsync(consumer, 10, then: () => _broker.Fill(0, 10, 5), more: 5);

        Assert.Equal(Enumerable.Range(0, 15).Select(i => $"{i}"), read);
        Assert.Equal(15, consumer.Position(P(0)));
        Assert.Equal(0, await consumer.LagAsync(P(0)));
    }

    [Fact]
    public async Task A_record_holds_everything_it_was_appended_with()
    {
        RecordHeaders headers = new();
        headers.Add("h", "v");
        headers.Add("n", (ReadOnlyMemory<byte>?)null);
        using RecordBatchBuilder builder = new(10_000);
        builder.TryAppend(1234, "key"u8, true, default, false, headers);
        _broker.Append(0, builder);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        Record<string, string> record = await FirstAsync(consumer);

        Assert.Equal("key", record.Key);
        Assert.True(record.IsTombstone);
        Assert.Equal(1234, record.Timestamp.ToUnixTimeMilliseconds());
        Assert.Equal("v", record.Headers.GetText("h"));
        Assert.Null(record.Headers[1].Value);
        Assert.Equal(new LogPosition("orders", 0, 0), record.Position);
        Assert.Equal(0, record.LeaderEpoch);
    }

    [Fact]
    public async Task A_record_that_cannot_be_decoded_stops_nobody()
    {
        _broker.Fill(0, 0, 3);
        await using Consumer<string, int> consumer = new(
            _broker, _environment, new ConsumerOptions(), Serdes.Utf8, Serdes.Int32, NullLoggerFactory.Instance);
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        Record<string, int> record = await FirstAsync(consumer);

        Assert.Throws<FormatException>(() => record.Value);
        Assert.Equal("0", Encoding.UTF8.GetString(record.RawValue.Span));
        Assert.Equal("key"u8.ToArray(), record.RawKey.ToArray());
        Assert.Equal(1, consumer.Position(P(0)));
    }

    [Fact]
    public async Task Partitions_take_turns()
    {
        for (int i = 0; i < 3; i++)
            _broker.Fill(i, i * 1000, 500, perBatch: 10);
        await using Consumer<string, string> consumer = Create(options => options.MaxPartitionFetchBytes = 2000);
        await consumer.AssignAsync([P(0), P(1), P(2)], StartAt.Earliest);

        List<Record<string, string>> read = [];
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            read.Add(record);
            if (read.Count == 1500)
                break;
        }

        Assert.Equal(3, read.Take(600).Select(record => record.Position.Partition).Distinct().Count());
        foreach (IGrouping<int, Record<string, string>> partition in read.GroupBy(record => record.Position.Partition))
            Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), partition.Select(record => record.Offset));
    }

    [Fact]
    public async Task No_more_is_fetched_ahead_than_allowed()
    {
        _broker.Fill(0, 0, 2000, perBatch: 5);
        _broker.Fill(1, 0, 2000, perBatch: 5);
        await using Consumer<string, string> consumer = Create(options =>
        {
            options.FetchAheadBytes = 4000;
            options.MaxPartitionFetchBytes = 1500;
        });
        await consumer.AssignAsync([P(0), P(1)], StartAt.Earliest);

        long most = 0;
        int count = 0;
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            most = Math.Max(most, consumer.FetchedAhead);
            if (++count == 4000)
                break;
        }

        Assert.InRange(most, 1, 4000 + 200);
    }

    [Fact]
    public async Task A_batch_larger_than_every_limit_is_read_all_the_same()
    {
        _broker.Fill(0, 0, 100, perBatch: 100);
        await using Consumer<string, string> consumer = Create(options =>
        {
            options.FetchAheadBytes = 10;
            options.FetchMaxBytes = 10;
            options.MaxPartitionFetchBytes = 10;
        });
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        Assert.Equal(100, (await TakeAsync(consumer, 100)).Count);
    }

    [Fact]
    public async Task After_a_seek_nothing_from_before_it_is_yielded()
    {
        _broker.Fill(0, 0, 1000, perBatch: 10);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        List<long> read = [];
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            read.Add(record.Offset);
            if (read.Count == 5)
                await consumer.SeekAsync(P(0), StartAt.Offset(777));
            if (read.Count == 7)
                await consumer.SeekAsync(P(0), StartAt.Offset(3));
            if (read.Count == 9)
                break;
        }

        Assert.Equal([0L, 1, 2, 3, 4, 777, 778, 3, 4], read);
    }

    [Fact]
    public async Task A_seek_while_a_fetch_is_under_way_drops_what_it_brings()
    {
        _broker.Fill(0, 0, 100, perBatch: 10);
        TaskCompletionSource gate = new();
        int fetches = 0;
        _broker.Script = request => request is FetchRequest && ++fetches == 1
            ? new Fault { ArrivesAfter = gate.Task } : null;
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        ValueTask<Record<string, string>> first = FirstAsync(consumer);
        await Eventually.HoldsAsync(() => fetches == 1);
        await consumer.SeekAsync(P(0), StartAt.Offset(50));
        gate.SetResult();

        Assert.Equal(50, (await first).Offset);
    }

    [Fact]
    public async Task Places_to_start_at_are_found()
    {
        _broker.Fill(0, 0, 10, perBatch: 1);
        await using Consumer<string, string> consumer = Create();

        await consumer.AssignAsync([P(0)], StartAt.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(1004)));
        Assert.Equal(4, consumer.Position(P(0)));
        await consumer.SeekAsync(P(0), StartAt.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(5000)));
        Assert.Equal(10, consumer.Position(P(0)));
        await consumer.SeekAsync(P(0), StartAt.Earliest);
        Assert.Equal(0, consumer.Position(P(0)));
        await consumer.SeekAsync(P(0), StartAt.Latest);
        Assert.Equal(10, consumer.Position(P(0)));
    }

    [Fact]
    public async Task A_paused_partition_yields_nothing_until_it_is_resumed_and_loses_nothing()
    {
        _broker.Fill(0, 0, 100, perBatch: 10);
        _broker.Fill(1, 0, 100, perBatch: 10);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0), P(1)], StartAt.Earliest);

        Dictionary<int, List<long>> read = new() { [0] = [], [1] = [] };
        int count = 0;
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            read[record.Position.Partition].Add(record.Offset);
            if (++count == 1)
                consumer.Pause(P(0));
            if (read[1].Count == 100)
                consumer.Resume(P(0));
            if (count == 200)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), read[0]);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), read[1]);
    }

    [Fact]
    public async Task An_offset_that_is_gone_is_reset_as_the_policy_says()
    {
        _broker.Fill(0, 0, 10, perBatch: 1);
        _broker.Partition("orders").LogStartOffset = 5;
        await using Consumer<string, string> earliest = Create();
        await earliest.AssignAsync([P(0)], StartAt.Offset(2));
        Assert.Equal(5, (await FirstAsync(earliest)).Offset);

        await using Consumer<string, string> none = Create(options => options.OffsetReset = OffsetReset.None);
        await none.AssignAsync([P(0)], StartAt.Offset(2));
        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(async () => await FirstAsync(none));
        Assert.Equal(ErrorCode.OffsetOutOfRange, failure.ErrorCode);
        Assert.Contains("5 to 10", failure.Message, StringComparison.Ordinal);

        await none.SeekAsync(P(0), StartAt.Offset(7));
        Assert.Equal(7, (await FirstAsync(none)).Offset);
    }

    [Fact]
    public async Task Corrupt_bytes_are_told_with_their_place_after_all_good_ones()
    {
        _broker.Fill(0, 0, 10, perBatch: 5);
        _broker.Partition("orders").Batches[1][70] ^= 1;
        long before = RecordBuffer.Outstanding;
        Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        List<long> read = [];
        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(async () =>
        {
            await foreach (Record<string, string> record in consumer.ReadAllAsync())
                read.Add(record.Offset);
        });
        await consumer.DisposeAsync();

        Assert.Equal([0L, 1, 2, 3, 4], read);
        Assert.Equal(ErrorCode.CorruptMessage, failure.ErrorCode);
        Assert.Contains("orders-0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("offset 5", failure.Message, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => RecordBuffer.Outstanding <= before);
    }

    [Fact]
    public async Task Marks_for_the_log_itself_are_passed_over()
    {
        using RecordBatchBuilder builder = new(1000) { IsControl = true };
        builder.TryAppend(1, [0, 0, 0, 1], true, [0, 0, 0, 0, 0, 0], true, null);
        _broker.Append(0, builder);
        _broker.Fill(0, 0, 1);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        Assert.Equal(1, (await FirstAsync(consumer)).Offset);
    }

    [Fact]
    public async Task Errors_that_pass_are_waited_for_and_others_are_thrown()
    {
        _broker.Fill(0, 0, 1);
        int fetches = 0;
        _broker.Script = request => request is FetchRequest && ++fetches <= 3
            ? new Fault { Error = ErrorCode.NotLeaderOrFollower } : null;
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);
        await _environment.RunAsync(FirstAsync(consumer));

        _broker.Script = request => request is FetchRequest ? new Fault { Error = ErrorCode.KafkaStorageError } : null;
        await consumer.SeekAsync(P(0), StartAt.Earliest);
        StreamLogException offline =
            await Assert.ThrowsAsync<StreamLogException>(async () => await FirstAsync(consumer));
        _broker.Script = request => request is FetchRequest
            ? new Fault { Exception = new StreamLogException(ErrorCode.BrokerNotAvailable, "Stopped.") } : null;
        await consumer.SeekAsync(P(0), StartAt.Earliest);
        StreamLogException stopped =
            await Assert.ThrowsAsync<StreamLogException>(async () => await FirstAsync(consumer));
        _broker.Script = _ => null;

        Assert.Equal(ErrorCode.KafkaStorageError, offline.ErrorCode);
        Assert.Equal(ErrorCode.BrokerNotAvailable, stopped.ErrorCode);
        Assert.Equal(0, (await FirstAsync(consumer)).Offset);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again()
    {
        _broker.Fill(0, 0, 1);
        int fetches = 0;
        _broker.Script = request => request is FetchRequest && ++fetches == 1
            ? new Fault { LosesRequest = true } : null;
        await using Consumer<string, string> consumer = Create(options => options.ApiTimeout = TimeSpan.FromSeconds(1));
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        Assert.Equal(0, (await _environment.RunAsync(FirstAsync(consumer))).Offset);
    }

    [Fact]
    public async Task A_deleted_topic_is_told_and_not_waited_for()
    {
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);
        _broker.Remove("orders");

        StreamLogException failure = await Assert.ThrowsAsync<StreamLogException>(
            () => _environment.RunAsync(FirstAsync(consumer)));

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, failure.ErrorCode);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_assigned()
    {
        await using Consumer<string, string> consumer = Create();

        StreamLogException topic = await Assert.ThrowsAsync<StreamLogException>(
            async () => await consumer.AssignAsync([new TopicPartition("nothing", 0)]));
        StreamLogException partition = await Assert.ThrowsAsync<StreamLogException>(
            async () => await consumer.AssignAsync([P(7)]));

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, topic.ErrorCode);
        Assert.Contains("has no partition 7", partition.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => consumer.Position(P(0)));
        Assert.Throws<InvalidOperationException>(() => consumer.Pause(P(0)));
        Assert.Empty(consumer.Assignment);
    }

    [Fact]
    public async Task Committed_offsets_are_found_again_by_another_consumer()
    {
        _broker.Fill(0, 0, 10);
        await using Consumer<string, string> first = Create(options => options.Group = "g");
        await first.AssignAsync([P(0), P(1)]);
        await TakeAsync(first, 4);
        await first.CommitAsync();

        await using Consumer<string, string> second = Create(options => options.Group = "g");
        await second.AssignAsync([P(0), P(1), P(2)]);

        Assert.Equal(4, second.Position(P(0)));
        Assert.Equal(4, (await second.CommittedAsync(P(0)))!.Value.Offset);
        Assert.Null(await second.CommittedAsync(P(2)));
        await using Consumer<string, string> groupless = Create();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await groupless.CommitAsync());
    }

    [Fact]
    public async Task Without_offset_and_policy_nothing_can_be_assigned()
    {
        await using Consumer<string, string> consumer = Create(options => options.OffsetReset = OffsetReset.None);

        StreamLogException failure =
            await Assert.ThrowsAsync<StreamLogException>(async () => await consumer.AssignAsync([P(0)]));

        Assert.Equal(ErrorCode.OffsetOutOfRange, failure.ErrorCode);
    }

    private static TopicPartition P(int partition) => new("orders", partition);

    private static async ValueTask<Record<TKey, TValue>> FirstAsync<TKey, TValue>(Consumer<TKey, TValue> consumer)
    {
        await foreach (Record<TKey, TValue> record in consumer.ReadAllAsync())
            return record;
        throw new InvalidOperationException("The reading ended.");
    }

    private static async Task<List<string>> TakeAsync(
        Consumer<string, string> consumer, int count, Action? then = null, int more = 0)
    {
        List<string> read = [];
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            read.Add(record.Value);
            if (read.Count == count)
                then?.Invoke();
            if (read.Count == count + more)
                break;
        }

        return read;
    }

    private Consumer<string, string> Create(Action<ConsumerOptions>? configure = null)
    {
        ConsumerOptions options = new();
        configure?.Invoke(options);
        return new Consumer<string, string>(
            _broker, _environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
    }
}
