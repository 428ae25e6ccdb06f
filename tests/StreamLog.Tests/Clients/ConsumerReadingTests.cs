using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

// They count buffers of the whole process, so nothing runs beside them.
[Collection("BufferCountTests")]
public sealed class ConsumerReadingTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 3);

    [Fact]
    public async Task Lists_are_full_or_as_long_as_the_wait_allows()
    {
        _broker.Fill(0, 0, 10);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        List<int> sizes = [];
        await using IAsyncEnumerator<IReadOnlyList<Record<string, string>>> batches =
            consumer.ReadBatchesAsync(4, TimeSpan.FromSeconds(3)).GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await _environment.RunAsync(batches.MoveNextAsync()));
            sizes.Add(batches.Current.Count);
        }

        Assert.Equal([4, 4, 2], sizes);
    }

    [Fact]
    public async Task Leases_show_bytes_until_they_are_disposed_and_are_counted_to_zero()
    {
        long before = RecordBuffer.Outstanding;
        _broker.Fill(0, 0, 100, perBatch: 10);
        Consumer<string, string> consumer = Create(options => options.MaxPartitionFetchBytes = 1000);
        await consumer.AssignAsync([P(0)], StartAt.Offset(3));

        List<long> offsets = [];
        RecordLease? last = null;
        await foreach (RecordLease lease in consumer.ReadLeasesAsync())
        {
            offsets.AddRange(OffsetsOf(lease));
            Assert.Equal(lease.NextOffset, consumer.Position(P(0)));
            Assert.Equal(P(0), lease.TopicPartition);
            lease.Dispose();
            lease.Dispose();
            last = lease;
            if (offsets[^1] == 99)
                break;
        }

        await consumer.DisposeAsync();
        Assert.Equal(Enumerable.Range(3, 97).Select(i => (long)i), offsets);
        Assert.Throws<ObjectDisposedException>(() => last!.TryRead(out _));
        Assert.Throws<ObjectDisposedException>(() => last!.ReadHeaders());
        await Eventually.HoldsAsync(() => RecordBuffer.Outstanding <= before);
    }

    [Fact]
    public async Task Disposal_ends_a_reading_cleanly()
    {
        long before = RecordBuffer.Outstanding;
        _broker.Fill(0, 0, 100);
        Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        int count = 0;
        Task reading = Task.Run(async () =>
        {
            await foreach (Record<string, string> record in consumer.ReadAllAsync())
                Volatile.Write(ref count, count + 1);
        });
        await Eventually.HoldsAsync(() => Volatile.Read(ref count) == 100);
        await Task.WhenAll(consumer.DisposeAsync().AsTask(), consumer.DisposeAsync().AsTask());
        await reading;

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await FirstAsync(consumer));
        await Eventually.HoldsAsync(() => RecordBuffer.Outstanding <= before);
    }

    [Fact]
    public async Task Cancellation_ends_a_wait_and_the_next_reading_goes_on()
    {
        _broker.Fill(0, 0, 3);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);
        using CancellationTokenSource stop = new();

        int count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Record<string, string> record in consumer.ReadAllAsync(stop.Token))
            {
                if (++count == 3)
                    stop.CancelAfter(0);
            }
        });
        _broker.Fill(0, 3, 1);

        Assert.Equal(3, (await FirstAsync(consumer)).Offset);
    }

    [Fact]
    public async Task One_reads_at_a_time()
    {
        _broker.Fill(0, 0, 3);
        await using Consumer<string, string> consumer = Create();
        await consumer.AssignAsync([P(0)], StartAt.Earliest);

        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await FirstAsync(consumer));
            break;
        }
    }

    private static IEnumerable<long> OffsetsOf(RecordLease lease)
    {
        List<long> offsets = [];
        while (lease.TryRead(out RawRecord record))
        {
            Assert.Equal($"{record.Offset}", Encoding.UTF8.GetString(record.Value));
            Assert.Empty(lease.ReadHeaders());
            offsets.Add(record.Offset);
        }

        return offsets;
    }

    private static TopicPartition P(int partition) => new("orders", partition);

    private static async ValueTask<Record<TKey, TValue>> FirstAsync<TKey, TValue>(Consumer<TKey, TValue> consumer)
    {
        await foreach (Record<TKey, TValue> record in consumer.ReadAllAsync())
            return record;
        throw new InvalidOperationException("The reading ended.");
    }

    private Consumer<string, string> Create(Action<ConsumerOptions>? configure = null)
    {
        ConsumerOptions options = new();
        configure?.Invoke(options);
        return new Consumer<string, string>(
            _broker, _environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
    }
}
