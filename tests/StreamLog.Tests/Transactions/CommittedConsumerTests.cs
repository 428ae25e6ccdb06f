using System.Text;
using StreamLog.Clients;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Transactions;

public sealed class CommittedConsumerTests : IAsyncLifetime
{
    private static readonly TopicPartition Orders0 = new("orders", 0);
    private static readonly TopicPartition Orders1 = new("orders", 1);

    private LocalClients _clients = null!;

    private BrokerHarness Broker => _clients.Harness;

    public async ValueTask InitializeAsync()
    {
        _clients = await LocalClients.StartAsync();
        await Broker.CreateTopicAsync("orders", 2);
    }

    public ValueTask DisposeAsync() => _clients.DisposeAsync();

    [Fact]
    public async Task A_transaction_is_seen_as_a_whole_and_not_before_its_commit()
    {
        TransactionalClient writer = await BeginAsync("a");
        await writer.ProduceAsync("orders", 0, "a1", "a2");
        await writer.ProduceAsync("orders", 1, "a3");
        await Broker.ProduceAsync("orders", 0, "plain");
        Assert.Equal("", await ReadAsync(Orders0, Orders1));

        await EndAsync(writer, isCommit: true);

        Assert.Equal("a1 a2 plain", await ReadAsync(Orders0));
        Assert.Equal("a3", await ReadAsync(Orders1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task What_is_aborted_is_never_seen_whatever_lies_between(int fetchBytes)
    {
        TransactionalClient first = await BeginAsync("a");
        TransactionalClient second = await BeginAsync("b");
        await first.ProduceAsync("orders", 0, "a1");
        await second.ProduceAsync("orders", 0, "b1");
        await Broker.ProduceAsync("orders", 0, "plain1");
        await first.ProduceAsync("orders", 0, "a2");
        await EndAsync(first, isCommit: false);
        await first.ProduceAsync("orders", 0, "a3");
        await second.ProduceAsync("orders", 0, "b2");
        await EndAsync(second, isCommit: true);
        await EndAsync(first, isCommit: true);
        await first.ProduceAsync("orders", 0, "a4");
        await EndAsync(first, isCommit: false);
        await Broker.ProduceAsync("orders", 0, "plain2");

        string expected = "b1 plain1 a3 b2 plain2";
        Assert.Equal(expected, await ReadAsync(fetchBytes, Orders0));
        Assert.Equal(expected, await ReadBatchesAsync(fetchBytes));
        Assert.Equal(expected, await ReadLeasesAsync(fetchBytes));
    }

    [Fact]
    public async Task Readers_see_all_unless_they_ask_for_what_is_committed()
    {
        TransactionalClient writer = await BeginAsync("a");
        await writer.ProduceAsync("orders", 0, "a1");
        await EndAsync(writer, isCommit: false);
        await writer.ProduceAsync("orders", 0, "a2");

        await using Consumer<string, string> reader = _clients.Consumer();
        Assert.Equal("a1 a2", await ReadToEndAsync(reader, StartAt.Earliest, [Orders0]));
    }

    [Fact]
    public async Task Positions_pass_what_is_left_out()
    {
        await Broker.ProduceAsync("orders", 0, "plain");
        TransactionalClient writer = await BeginAsync("a");
        await writer.ProduceAsync("orders", 0, "a1", "a2");
        await EndAsync(writer, isCommit: false);

        await using Consumer<string, string> reader = Committed();
        Assert.Equal("plain", await ReadToEndAsync(reader, StartAt.Earliest, [Orders0]));
        Assert.Equal(4, reader.Position(Orders0));
        Assert.Equal(0, await reader.LagAsync(Orders0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_end_is_where_the_first_open_transaction_begins()
    {
        await Broker.ProduceAsync("orders", 0, "plain1");
        TransactionalClient writer = await BeginAsync("a");
        await writer.ProduceAsync("orders", 0, "a1");
        await Broker.ProduceAsync("orders", 0, "plain2");

        await using Consumer<string, string> reader = Committed();
        await reader.AssignAsync([Orders0], StartAt.Latest, TestContext.Current.CancellationToken);
        Assert.Equal(1, reader.Position(Orders0));
        Assert.Equal(0, await reader.LagAsync(Orders0, TestContext.Current.CancellationToken));
        await EndAsync(writer, isCommit: true);
        Assert.Equal(3, await reader.LagAsync(Orders0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reader_that_waits_goes_on_with_the_commit()
    {
        TransactionalClient writer = await BeginAsync("a");
        await writer.ProduceAsync("orders", 0, "a1");
        await using Consumer<string, string> reader = Committed();
        await reader.AssignAsync([Orders0], StartAt.Earliest, TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<Record<string, string>> records =
            reader.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        ValueTask<bool> next = records.MoveNextAsync();
        Assert.False(next.IsCompleted);

        await EndAsync(writer, isCommit: true);

        Assert.True(await next);
        Assert.Equal("a1", records.Current.Value);
    }

    [Fact]
    public async Task A_restart_forgets_neither_what_is_open_nor_what_was_aborted()
    {
        TransactionalClient first = await BeginAsync("a");
        TransactionalClient second = await BeginAsync("b");
        await first.ProduceAsync("orders", 0, "a1");
        await second.ProduceAsync("orders", 0, "b1");
        await EndAsync(first, isCommit: false);
        BrokerHarness restarted = await Broker.RestartAsync();
        _clients = LocalClients.Over(restarted);
        second.Broker = restarted;
        Assert.Equal("", await ReadAsync(Orders0));

        await EndAsync(second, isCommit: true);

        Assert.Equal("b1", await ReadAsync(Orders0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_interleaved_readers_see_the_committed_in_the_order_of_the_log(int seed)
    {
        Random random = new(seed);
        TransactionalClient[] writers = [await BeginAsync("a"), await BeginAsync("b"), await BeginAsync("c")];
        List<(int Partition, string Value, Transaction? Of)> log = [];
        Transaction[] open = [new(), new(), new()];
        for (int step = 0; step < 80; step++)
        {
            int at = random.Next(writers.Length);
            int partition = random.Next(2);
            int action = random.Next(10);
            if (action < 6)
            {
                await writers[at].ProduceAsync("orders", partition, $"{step}");
                log.Add((partition, $"{step}", open[at]));
            }
            else if (action < 7)
            {
                await Broker.ProduceAsync("orders", partition, $"{step}");
                log.Add((partition, $"{step}", null));
            }
            else if (log.Exists(entry => entry.Of == open[at]))
            {
                bool isCommit = random.Next(2) == 0;
                open[at].IsCommitted = isCommit;
                await EndAsync(writers[at], isCommit);
                open[at] = new Transaction();
            }
        }

        for (int partition = 0; partition < 2; partition++)
        {
            string expected = string.Join(' ', log
                .Where(entry => entry.Partition == partition)
                .TakeWhile(entry => entry.Of is not { IsCommitted: null })
                .Where(entry => entry.Of is not { IsCommitted: false })
                .Select(entry => entry.Value));
            Assert.Equal(expected, await ReadAsync(random.Next(1, 400), new TopicPartition("orders", partition)));

            await using Consumer<string, string> late = Committed(random.Next(1, 400));
            StartAt middle = StartAt.Offset(random.Next(1, 10));
            Assert.EndsWith(
                await ReadToEndAsync(late, middle, [new TopicPartition("orders", partition)]),
                expected,
                StringComparison.Ordinal);
        }
    }

    private async Task<TransactionalClient> BeginAsync(string id)
    {
        TransactionalClient client = new(Broker, id);
        Assert.Equal(ErrorCode.None, await client.InitAsync());
        return client;
    }

    private static async Task EndAsync(TransactionalClient writer, bool isCommit)
    {
        Assert.Equal(ErrorCode.None, await writer.EndAsync(isCommit));
        await writer.Broker.Broker.WaitTransactionsIdleAsync();
    }

    private Consumer<string, string> Committed(int fetchBytes = 1_000_000) => _clients.Consumer(options =>
    {
        options.Isolation = IsolationLevel.ReadCommitted;
        options.MaxPartitionFetchBytes = fetchBytes;
    });

    private Task<string> ReadAsync(params TopicPartition[] partitions) => ReadAsync(1_000_000, partitions);

    private async Task<string> ReadAsync(int fetchBytes, params TopicPartition[] partitions)
    {
        await using Consumer<string, string> reader = Committed(fetchBytes);
        return await ReadToEndAsync(reader, StartAt.Earliest, partitions);
    }

    private async Task<string> ReadBatchesAsync(int fetchBytes)
    {
        await using Consumer<string, string> reader = Committed(fetchBytes);
        await AssignToEndAsync(reader, StartAt.Earliest, [Orders0]);
        List<string> values = [];
        await foreach (IReadOnlyList<Record<string, string>> batch in
            reader.ReadBatchesAsync(2, TimeSpan.Zero, TestContext.Current.CancellationToken))
        {
            values.AddRange(batch.Select(record => record.Value));
        }

        return string.Join(' ', values);
    }

    private async Task<string> ReadLeasesAsync(int fetchBytes)
    {
        await using Consumer<string, string> reader = Committed(fetchBytes);
        await AssignToEndAsync(reader, StartAt.Earliest, [Orders0]);
        List<string> values = [];
        await foreach (RecordLease lease in reader.ReadLeasesAsync(TestContext.Current.CancellationToken))
        {
            using (lease)
            {
                while (lease.TryRead(out RawRecord record))
                    values.Add(Encoding.UTF8.GetString(record.Value));
            }
        }

        return string.Join(' ', values);
    }

    private static async Task<string> ReadToEndAsync(
        Consumer<string, string> reader, StartAt startAt, TopicPartition[] partitions)
    {
        await AssignToEndAsync(reader, startAt, partitions);
        List<string> values = [];
        await foreach (Record<string, string> record in reader.ReadAllAsync(TestContext.Current.CancellationToken))
            values.Add(record.Value);
        return string.Join(' ', values);
    }

    private static async Task AssignToEndAsync(
        Consumer<string, string> reader, StartAt startAt, TopicPartition[] partitions)
    {
        IReadOnlyDictionary<TopicPartition, long> ends = await reader.Offsets.FindAsync(
            partitions, StartAt.Latest, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await reader.AssignAsync(partitions, startAt, ends, TestContext.Current.CancellationToken);
    }

    private sealed class Transaction
    {
        public bool? IsCommitted { get; set; }
    }
}
