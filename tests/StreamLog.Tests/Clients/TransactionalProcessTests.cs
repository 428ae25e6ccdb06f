using StreamLog.Clients;
using StreamLog.Clients.Transacting;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

public class TransactionalProcessTests : IAsyncLifetime
{
    private static readonly TopicPartition Doubled = new("doubled", 0);

    private GroupTrial _group = null!;
    private TransactionTrial _trial = null!;

    public async ValueTask InitializeAsync()
    {
        _group = await GroupTrial.StartAsync(partitions: 2);
        _trial = new TransactionTrial(_group.Clients, Before);
        await _group.Clients.Admin.CreateTopicAsync("doubled", 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _trial.DisposeAsync();
        await _group.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Says what stands between the producers and the broker.</summary>
    private protected virtual IBroker Before(IBroker broker) => broker;

    [Fact]
    public async Task Each_record_is_processed_once_whatever_had_to_be_aborted()
    {
        await _group.AppendAsync(0, [.. Numbers(0, 50)]);
        await _group.AppendAsync(1, [.. Numbers(50, 50)]);
        int faults = 0;
        _trial.Broker.Fault = request => request is TxnOffsetCommitRequest && ++faults <= 3
            ? ErrorCode.TransactionAbortable : null;
        await using Processing processing = new(this, "a", maxRecords: 10);
        await UntilCommittedAsync(50, 50);

        Assert.True(faults > 3);
        await AssertDoubledAsync(100);
    }

    [Fact]
    public async Task A_commit_in_doubt_is_asked_for_until_it_is_known()
    {
        await _group.AppendAsync(0, [.. Numbers(0, 20)]);
        int lost = 0;
        _trial.Broker.LosesAnswer = request => request is EndTxnRequest && ++lost % 4 != 0;
        await using Processing processing =
            new(this, "a", maxRecords: 5, maxBlock: TimeSpan.FromMilliseconds(30), mayFail: true);
        await UntilCommittedAsync(20, 0);
        Assert.True(lost >= 4);

        await AssertDoubledAsync(20);
    }

    [Fact]
    public async Task What_the_application_throws_ends_it_and_counts_for_nothing()
    {
        await _group.AppendAsync(0, "1", "2");
        await using (Processing failing = new(this, "a", fails: () => new InvalidOperationException("Mine.")))
        {
            InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
                () => _trial.Clients.Harness.Environment.RunAsync(failing.Running));
            Assert.Equal("Mine.", failure.Message);
        }

        Assert.Equal("", await _trial.CommittedAsync(Doubled));
        await using Processing processing = new(this, "a");
        await UntilCommittedAsync(2, 0);
        Assert.Equal("2 4", await _trial.CommittedAsync(Doubled));
    }

    [Fact]
    public async Task Who_processes_a_consumer_again_gets_the_records_that_were_not_processed()
    {
        await _group.AppendAsync(0, "1", "2", "3");
        TransactionalProducer producer = _trial.Producer("a");
        IProducer<string, string> doubled = producer.CreateProducer<string, string>();
        TrialMember member = _group.Join(options => options.Commit = CommitMode.Manual);
        int calls = 0;
        using CancellationTokenSource stop = new();
        Task first = ProcessAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _trial.Clients.Harness.Environment.RunAsync(first));

        Task second = ProcessAsync();
        await UntilCommittedAsync(3);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _trial.Clients.Harness.Environment.RunAsync(second));
        Assert.Equal("2 4 6", await _trial.CommittedAsync(Doubled));

        Task ProcessAsync() => Task.Run(() => producer.ProcessAsync(
            member.Consumer,
            async (records, token) =>
            {
                foreach (Record<string, string> record in records)
                    await doubled.EnqueueAsync("doubled", new("k", $"{2 * int.Parse(record.Value)}"), token);
                if (++calls == 1)
                    throw new InvalidOperationException("Mine.");
            },
            cancellationToken: stop.Token));
    }

    [Fact]
    public async Task Who_is_replaced_stops_and_its_successor_goes_on()
    {
        await _group.AppendAsync(0, [.. Numbers(0, 10)]);
        await using Processing old = new(this, "a", mayFail: true);
        await UntilCommittedAsync(10, 0);
        await using (ITransaction taken = await _trial.RunAsync(_trial.Producer("a").BeginAsync()))
            await _group.AppendAsync(0, [.. Numbers(10, 10)]);

        StreamLogException fenced = await Assert.ThrowsAsync<StreamLogException>(
            () => _trial.Clients.Harness.Environment.RunAsync(old.Running));
        Assert.Equal(ErrorCode.ProducerFenced, fenced.ErrorCode);
        await old.DisposeAsync();
        await using Processing young = new(this, "a");
        await UntilCommittedAsync(20, 0);
        await AssertDoubledAsync(20);
    }

    [Fact]
    public async Task A_member_that_is_put_out_in_the_middle_does_not_count_twice()
    {
        await _group.AppendAsync(0, [.. Numbers(0, 10)]);
        TaskCompletionSource holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Processing slow = new(this, "slow", before: async () =>
        {
            reached.TrySetResult();
            await holds.Task;
        });
        await _trial.Clients.Harness.Environment.RunAsync(reached.Task);

        // Its group gives it up, and another one does its work.
        await using Processing quick = new(this, "quick");
        await UntilCommittedAsync(10, 0);
        holds.SetResult();
        await _group.AppendAsync(0, [.. Numbers(10, 10)]);
        await UntilCommittedAsync(20, 0);

        await AssertDoubledAsync(20);
        Assert.False(slow.Running.IsFaulted, slow.Running.Exception?.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Members_may_come_and_go_and_each_record_counts_once(int seed)
    {
        Random random = new(seed);
        List<Processing> running = [];
        int appended = 0;
        for (int step = 0; step < 12; step++)
        {
            for (int i = 0; i < 10; i++)
                await _group.AppendAsync(random.Next(2), $"{appended++}");
            if (running.Count > 0 && random.Next(3) == 0)
            {
                int at = random.Next(running.Count);
                await running[at].DisposeAsync();
                running.RemoveAt(at);
            }
            else if (running.Count < 3)
            {
                running.Add(new Processing(this, $"{step}", maxRecords: 1 + random.Next(8)));
            }

            await _group.PassAsync(TimeSpan.FromMilliseconds(random.Next(300)));
        }

        if (running.Count == 0)
            running.Add(new Processing(this, "last"));
        while (await CountCommittedAsync() < appended)
            await _group.PassAsync(TimeSpan.FromMilliseconds(50));
        foreach (Processing processing in running)
            await processing.DisposeAsync();
        await AssertDoubledAsync(appended);

        async Task<long> CountCommittedAsync() =>
            await OffsetAsync(partition: 0) + await OffsetAsync(partition: 1);
    }

    [Fact]
    public async Task A_consumer_that_commits_by_itself_is_refused()
    {
        await using TrialMember member = _group.Join();
        TransactionalProducer producer = _trial.Producer("a");
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => producer.ProcessAsync(member.Consumer, (_, _) => ValueTask.CompletedTask));
        Assert.Contains("CommitMode.Manual", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_a_partition_that_was_lost_and_came_back_are_refused()
    {
        await _group.AppendAsync(0, "1", "2");
        TrialMember member = _group.Join(options =>
        {
            options.Commit = CommitMode.Manual;
            options.MaxPollInterval = TimeSpan.FromSeconds(5);
        });
        await using IAsyncEnumerator<Record<string, string>> records =
            member.Consumer.ReadAllAsync().GetAsyncEnumerator();
        Record<string, string> first = await NextAsync();
        TransactionalProducer producer = _trial.Producer("a");
        await using ITransaction transaction = await _trial.RunAsync(producer.BeginAsync());

        // The group gives the partition up while the record is at hand. As the reader comes again, it begins again.
        await _group.UntilAsync(() => member.Heard.Contains("!0"));
        StreamLogException gone = await Assert.ThrowsAsync<StreamLogException>(
            () => _trial.RunAsync(transaction.SendOffsetsAsync(member.Consumer, [first])));

        // It lets go of the partition first, and leaves then.
        Assert.True(gone.ErrorCode is ErrorCode.RebalanceInProgress or ErrorCode.UnknownMemberId, gone.Message);
        await _trial.RunAsync(transaction.AbortAsync());
        Record<string, string> again = await NextAsync();
        Assert.Equal(first.Value, again.Value);

        await using ITransaction second = await _trial.RunAsync(producer.BeginAsync());
        StreamLogException twice = await Assert.ThrowsAsync<StreamLogException>(
            () => _trial.RunAsync(second.SendOffsetsAsync(member.Consumer, [first, again])));
        Assert.Equal(ErrorCode.RebalanceInProgress, twice.ErrorCode);
        await Assert.ThrowsAsync<StreamLogException>(() => _trial.RunAsync(second.CommitAsync()));
        await _trial.RunAsync(second.AbortAsync());

        await using ITransaction third = await _trial.RunAsync(producer.BeginAsync());
        await _trial.RunAsync(third.SendOffsetsAsync(member.Consumer, [again, await NextAsync()]));
        await _trial.RunAsync(third.CommitAsync());
        await UntilCommittedAsync(2);

        async Task<Record<string, string>> NextAsync()
        {
            Assert.True(await _trial.RunAsync(records.MoveNextAsync()));
            return records.Current;
        }
    }

    [Theory]
    [InlineData(0, 10, true)]
    [InlineData(3, 8, true)]
    [InlineData(4, 10, false)]
    [InlineData(0, 7, false)]
    [InlineData(8, 20, false)]
    public void Records_count_while_their_partition_is_read_as_it_was(long begin, long end, bool isKept)
    {
        TopicPartition partition = new("orders", 0);
        ProcessedRecords processed = ProcessedRecords.Of(
            new long[] { 3, 4, 7 }.Select(offset => new Record<string, string>(
                new LogPosition(partition.Topic, partition.Partition, offset), DateTimeOffset.UnixEpoch, "k", "v")));
        Assert.Equal(isKept, processed.IsKept(
            partition, new Dictionary<TopicPartition, (long Begin, long End)> { [partition] = (begin, end) }));
        Assert.False(processed.IsKept(partition, new Dictionary<TopicPartition, (long Begin, long End)>()));
    }

    private static IEnumerable<string> Numbers(int from, int count) =>
        Enumerable.Range(from, count).Select(number => $"{number}");

    private async Task UntilCommittedAsync(params long[] expected)
    {
        for (int partition = 0; partition < expected.Length; partition++)
        {
            while (await OffsetAsync(partition) < expected[partition])
                await _group.PassAsync(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task<long> OffsetAsync(int partition) =>
        await _trial.Clients.Harness.Environment.RunAsync(_group.CommittedAsync(partition)) ?? 0;

    private async Task AssertDoubledAsync(int count)
    {
        IEnumerable<int> doubled = (await _trial.CommittedAsync(Doubled))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse)
            .Order();
        Assert.Equal(Enumerable.Range(0, count).Select(number => 2 * number), doubled);
    }

    /// <summary>A process that appends the double of each number.</summary>
    private sealed class Processing : IAsyncDisposable
    {
        private readonly TransactionalProcessTests _test;
        private readonly bool _mayFail;
        private readonly GroupConsumer<string, string> _source;
        private readonly TransactionalProducer _producer;
        private readonly CancellationTokenSource _stop = new();

        public Processing(
            TransactionalProcessTests test,
            string id,
            int maxRecords = 100,
            Func<Task>? before = null,
            Func<Exception>? fails = null,
            TimeSpan? maxBlock = null,
            bool mayFail = false)
        {
            _test = test;
            _mayFail = mayFail || fails is not null;
            _producer = test._trial.Producer(id, options =>
            {
                options.TransactionTimeout = TimeSpan.FromMinutes(10);
                options.MaxBlock = maxBlock ?? options.MaxBlock;
            });
            TrialMember member = test._group.Join(options =>
            {
                options.Commit = CommitMode.Manual;
                options.MaxPollInterval = TimeSpan.FromSeconds(30);

                // A member that is put out hears of it late, and somebody else has its partitions then.
                options.RebalanceListener = null;
            });
            _source = member.Consumer;
            IProducer<string, string> doubled = _producer.CreateProducer<string, string>();
            Running = Task.Run(() => _producer.ProcessAsync(
                _source,
                async (records, token) =>
                {
                    if (before is not null)
                        await before();
                    foreach (Record<string, string> record in records)
                    {
                        string value = $"{2 * int.Parse(record.Value)}";
                        await doubled.EnqueueAsync("doubled", new("k", value), token);
                    }

                    if (fails is not null)
                        throw fails();
                },
                maxRecords,
                maxWait: TimeSpan.FromMilliseconds(20),
                _stop.Token));
        }

        public Task Running { get; }

        // What is under way may have to be tried again.
        public async ValueTask DisposeAsync() => await _test._trial.RunAsync(CloseAsync());

        private async ValueTask CloseAsync()
        {
            await _stop.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(Running.IsCanceled || _mayFail, Running.Exception?.ToString());
            await _source.DisposeAsync();
            await _producer.DisposeAsync();
        }
    }
}
