using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Transactions;

public sealed class TransactionBrokerTests : IAsyncLifetime
{
    private static readonly TopicPartition Orders0 = new("orders", 0);

    private BrokerHarness _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("orders", 2);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task What_is_committed_shows_in_all_partitions_and_not_before()
    {
        TransactionalClient client = await BeginAsync();
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 0, "a", "b"));
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 1, "c"));
        await _broker.ProduceAsync("orders", 0, "plain");
        Assert.Empty(await CommittedReading.ReadAsync(_broker, "orders", 0));
        Assert.Equal(0, await EndOffsetAsync("orders", 0, isolation: 1));
        Assert.Equal(3, await EndOffsetAsync("orders", 0, isolation: 0));

        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(["a", "b", "plain"], await CommittedReading.ReadAsync(_broker, "orders", 0));
        Assert.Equal(["c"], await CommittedReading.ReadAsync(_broker, "orders", 1));
        Assert.Equal(4, await EndOffsetAsync("orders", 0, isolation: 1));
        Assert.Equal("CompleteCommit", (await DescribeAsync("tx")).State);
    }

    [Fact]
    public async Task What_is_aborted_never_shows()
    {
        TransactionalClient client = await BeginAsync();
        await client.ProduceAsync("orders", 0, "a");
        Assert.Equal(ErrorCode.None, await client.AbortAsync());
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 0, "b"));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(["b"], await CommittedReading.ReadAsync(_broker, "orders"));
    }

    [Fact]
    public async Task Each_transaction_has_an_epoch_of_its_own_and_a_lost_answer_is_told_again()
    {
        TransactionalClient client = await BeginAsync();
        Assert.Equal(0, client.Epoch);
        await client.ProduceAsync("orders", 0, "a");
        Assert.Equal(ErrorCode.None, await client.EndAsync(isCommit: true, isDeaf: true));
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(ErrorCode.InvalidTransactionState, await client.EndAsync(isCommit: false, isDeaf: true));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        Assert.Equal(1, client.Epoch);
        await client.ProduceAsync("orders", 0, "b");
        client.Epoch = 0;
        Assert.Equal(ErrorCode.ProducerFenced, await client.CommitAsync());
        Assert.Equal(["a"], await CommittedReading.ReadAsync(_broker, "orders"));
    }

    [Fact]
    public async Task A_second_producer_fences_the_first_and_ends_what_that_had_begun()
    {
        TransactionalClient first = await BeginAsync();
        await first.ProduceAsync("orders", 0, "a");
        TransactionalClient second = await BeginAsync();

        Assert.Equal(first.ProducerId, second.ProducerId);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await first.ProduceAsync("orders", 0, "late"));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await first.ProduceAsync("orders", 1, "late"));
        Assert.Equal(ErrorCode.ProducerFenced, await first.CommitAsync());
        Assert.Equal(ErrorCode.ProducerFenced, await first.AddOffsetsAsync("g"));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await first.CommitOffsetAsync("g", "orders", 0, 1));
        Assert.Equal(ErrorCode.ProducerFenced, await first.InitAsync(asBefore: true));
        Assert.Equal(ErrorCode.None, await second.ProduceAsync("orders", 0, "b"));
        Assert.Equal(ErrorCode.None, await second.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(["b"], await CommittedReading.ReadAsync(_broker, "orders"));
    }

    [Fact]
    public async Task Older_producers_add_partitions_and_keep_their_epoch()
    {
        TransactionalClient client = await BeginAsync(isOld: true);
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.ProduceAsync("orders", 0, "early"));
        Assert.Equal(ErrorCode.None, await client.AddAsync(Orders0));
        Assert.Equal(ErrorCode.None, await client.ProduceAsync("orders", 0, "a"));
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.ProduceAsync("orders", 1, "elsewhere"));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(0, client.Epoch);
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.AbortAsync());
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.ProduceAsync("orders", 0, "late"));
        Assert.Equal(["a"], await CommittedReading.ReadAsync(_broker, "orders"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offsets_count_once_their_transaction_is_committed(bool isCommit)
    {
        TransactionalClient client = await BeginAsync();
        Assert.Equal(ErrorCode.None, await client.CommitOffsetAsync("g", "orders", 0, 42));
        Assert.Equal((-1L, ErrorCode.UnstableOffsetCommit), await FetchOffsetAsync("g", isStableOnly: true));
        Assert.Equal((-1L, ErrorCode.None), await FetchOffsetAsync("g", isStableOnly: false));

        Assert.Equal(ErrorCode.None, await client.EndAsync(isCommit));
        await _broker.Broker.WaitTransactionsIdleAsync();

        (long, ErrorCode) expected = (isCommit ? 42L : -1L, ErrorCode.None);
        Assert.Equal(expected, await FetchOffsetAsync("g", isStableOnly: true));
        _broker = await _broker.RestartAsync();
        Assert.Equal(expected, await FetchOffsetAsync("g", isStableOnly: true));
    }

    [Fact]
    public async Task Offsets_that_are_held_are_held_again_after_a_restart_and_plain_ones_behind_them_stay()
    {
        TransactionalClient client = await BeginAsync();
        await client.CommitOffsetAsync("g", "orders", 0, 42);
        await client.CommitOffsetAsync("g", "orders", 1, 7);
        await CommitPlainAsync("g", 50);

        _broker = await _broker.RestartAsync();
        client.Broker = _broker;
        Assert.Equal((-1L, ErrorCode.UnstableOffsetCommit), await FetchOffsetAsync("g", isStableOnly: true));
        Assert.Equal((50L, ErrorCode.None), await FetchOffsetAsync("g", isStableOnly: false));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal((50L, ErrorCode.None), await FetchOffsetAsync("g", isStableOnly: true));
        Assert.Equal((7L, ErrorCode.None), await FetchOffsetAsync("g", isStableOnly: true, partition: 1));
    }

    [Fact]
    public async Task Older_producers_add_the_group_first()
    {
        TransactionalClient client = await BeginAsync(isOld: true);
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.CommitOffsetAsync("g", "orders", 0, 42));
        Assert.Equal(ErrorCode.None, await client.AddOffsetsAsync("g"));
        Assert.Equal(ErrorCode.None, await client.CommitOffsetAsync("g", "orders", 0, 42));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal((42L, ErrorCode.None), await FetchOffsetAsync("g", isStableOnly: true));
    }

    [Fact]
    public async Task Who_claims_to_be_a_member_must_be_one()
    {
        TransactionalClient client = await BeginAsync();

        Assert.Equal(
            ErrorCode.IllegalGeneration, await client.CommitOffsetAsync("g", "orders", 0, 1, "member", generation: 3));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await client.CommitOffsetAsync("g", "orders", 9, 1));
    }

    [Fact]
    public async Task A_transaction_that_stays_open_too_long_is_aborted_and_its_producer_fenced()
    {
        TransactionalClient client = await BeginAsync(timeoutMs: 1_000);
        await client.ProduceAsync("orders", 0, "a");
        _broker.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal("Ongoing", (await DescribeAsync("tx")).State);

        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync("CompleteAbort");

        Assert.Equal(ErrorCode.ProducerFenced, await client.CommitAsync());
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await client.ProduceAsync("orders", 0, "late"));
        Assert.Empty(await CommittedReading.ReadAsync(_broker, "orders"));
        Assert.Equal(2, await EndOffsetAsync("orders", 0, isolation: 1));
    }

    [Fact]
    public async Task The_time_of_a_transaction_goes_on_over_a_restart()
    {
        TransactionalClient client = await BeginAsync(timeoutMs: 1_000);
        await client.ProduceAsync("orders", 0, "a");
        _broker.Time.Advance(TimeSpan.FromMilliseconds(600));
        _broker = await _broker.RestartAsync();
        _broker.Time.Advance(TimeSpan.FromMilliseconds(399));
        Assert.Equal("Ongoing", (await DescribeAsync("tx")).State);

        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync("CompleteAbort");
    }

    [Fact]
    public async Task An_id_that_nobody_uses_is_forgotten_after_a_week()
    {
        TransactionalClient client = await BeginAsync();
        _broker.Time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(ErrorCode.None, (await DescribeAsync("tx")).ErrorCode);
        _broker.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(ErrorCode.TransactionalIdNotFound, (await DescribeAsync("tx")).ErrorCode);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.ProduceAsync("orders", 0, "a"));
        long before = client.ProducerId;
        Assert.Equal(ErrorCode.None, await client.InitAsync());
        Assert.NotEqual(before, client.ProducerId);
    }

    [Fact]
    public async Task Transactions_and_producers_are_listed_and_described()
    {
        TransactionalClient client = await BeginAsync();
        await client.ProduceAsync("orders", 1, "a");
        await client.ProduceAsync("orders", 0, "b");
        _broker.Time.Advance(TimeSpan.FromSeconds(5));
        await new TransactionalClient(_broker, "idle").InitAsync();

        Assert.Equal(["idle", "tx"], await ListAsync(new ListTransactionsRequest()));
        Assert.Equal(["tx"], await ListAsync(new() { StateFilters = ["Ongoing", "Nonsense"] }, "Nonsense"));
        Assert.Equal(["tx"], await ListAsync(new() { DurationFilter = 4_999 }));
        Assert.Empty(await ListAsync(new() { DurationFilter = 5_000 }));
        Assert.Equal(["tx"], await ListAsync(new() { ProducerIdFilters = [client.ProducerId] }));
        Assert.Equal(["idle"], await ListAsync(new() { TransactionalIdPattern = "i.*" }));
        ListTransactionsResponse refused =
            await _broker.SendAsync(new ListTransactionsRequest { TransactionalIdPattern = "(" });
        Assert.Equal(ErrorCode.InvalidRegularExpression, refused.ErrorCode);

        DescribeTransactionsResponse.TransactionState state = await DescribeAsync("tx");
        Assert.Equal(
            ("Ongoing", 60_000, client.ProducerId), (state.State, state.TransactionTimeoutMs, state.ProducerId));
        Assert.Equal([0, 1], Assert.Single(state.Topics).Partitions);

        DescribeProducersResponse producers = await _broker.SendAsync(new DescribeProducersRequest
        {
            Topics = [new() { Name = "orders", PartitionIndexes = [0, 9] }],
        });
        DescribeProducersResponse.PartitionResponse[] partitions = [.. producers.Topics.Single().Partitions];
        DescribeProducersResponse.ProducerState producer = Assert.Single(partitions[0].ActiveProducers);
        Assert.Equal(
            (client.ProducerId, 0, 0L), (producer.ProducerId, producer.LastSequence, producer.CurrentTxnStartOffset));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, partitions[1].ErrorCode);
    }

    private async Task<TransactionalClient> BeginAsync(bool isOld = false, int timeoutMs = 60_000)
    {
        TransactionalClient client = new(_broker, "tx", isOld);
        Assert.Equal(ErrorCode.None, await client.InitAsync(timeoutMs));
        return client;
    }

    private async Task UntilAsync(string state)
    {
        while ((await DescribeAsync("tx")).State != state)
            await Task.Yield();
    }

    private async Task<DescribeTransactionsResponse.TransactionState> DescribeAsync(string id) =>
        (await _broker.SendAsync(new DescribeTransactionsRequest { TransactionalIds = [id] }))
            .TransactionStates.Single();

    private async Task<IEnumerable<string>> ListAsync(ListTransactionsRequest request, params string[] unknown)
    {
        ListTransactionsResponse response = await _broker.SendAsync(request);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(unknown, response.UnknownStateFilters);
        return response.TransactionStates.Select(state => state.TransactionalId);
    }

    private async Task<long> EndOffsetAsync(string topic, int partition, sbyte isolation)
    {
        ListOffsetsResponse response = await _broker.SendAsync(new ListOffsetsRequest
        {
            IsolationLevel = isolation,
            Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Timestamp = -1 }] }],
        });
        return response.Topics.Single().Partitions.Single().Offset;
    }

    private async Task<(long Offset, ErrorCode Error)> FetchOffsetAsync(
        string group, bool isStableOnly, int partition = 0)
    {
        OffsetFetchResponse response = await _broker.SendAsync(new OffsetFetchRequest
        {
            RequireStable = isStableOnly,
            Groups = [new() { GroupId = group, Topics = [new() { Name = "orders", PartitionIndexes = [partition] }] }],
        });
        OffsetFetchResponse.OffsetFetchResponsePartitions answer =
            response.Groups.Single().Topics.Single().Partitions.Single();
        return (answer.CommittedOffset, answer.ErrorCode);
    }

    private async Task CommitPlainAsync(string group, long offset)
    {
        OffsetCommitResponse response = await _broker.SendAsync(new OffsetCommitRequest
        {
            GroupId = group,
            Topics =
            [
                new() { Name = "orders", Partitions = [new() { PartitionIndex = 0, CommittedOffset = offset }] },
            ],
        });
        Assert.Equal(ErrorCode.None, response.Topics.Single().Partitions.Single().ErrorCode);
    }
}
