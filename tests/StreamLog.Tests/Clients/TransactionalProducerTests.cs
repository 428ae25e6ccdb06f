using StreamLog.Clients.Transacting;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

public class TransactionalProducerTests : TransactionTrialTests
{
    [Fact]
    public async Task A_commit_makes_all_records_count()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "1"), Stop);
            await orders.EnqueueAsync("orders", At(1, "2"), Stop);
            await orders.EnqueueAsync("orders", At(0, "3"), Stop);
            Assert.Equal("", await Trial.CommittedAsync(Orders0));
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal("1 3", await Trial.CommittedAsync(Orders0));
        Assert.Equal("2", await Trial.CommittedAsync(Orders1));
    }

    [Fact]
    public async Task What_is_aborted_or_disposed_never_counts()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        await transaction.AbortAsync(Stop);
        await transaction.AbortAsync(Stop);
        await transaction.DisposeAsync();
        await using (await producer.BeginAsync(Stop))
            await orders.AppendAsync("orders", At(0, "2"), Stop);
        await using (ITransaction third = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "3"), Stop);
            await third.CommitAsync(Stop);
            await third.CommitAsync(Stop);
            StreamLogException late =
                await Assert.ThrowsAsync<StreamLogException>(() => third.AbortAsync(Stop).AsTask());
            Assert.Equal(ErrorCode.InvalidTransactionState, late.ErrorCode);
        }

        StreamLogException over =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, over.ErrorCode);
        Assert.Equal("3", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task Records_are_taken_while_a_transaction_is_open_and_not_before_or_after()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await RefusedAsync();
        ITransaction transaction = await producer.BeginAsync(Stop);
        StreamLogException second =
            await Assert.ThrowsAsync<StreamLogException>(() => producer.BeginAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, second.ErrorCode);
        await transaction.CommitAsync(Stop);
        await RefusedAsync();
        await transaction.DisposeAsync();
        Assert.Equal("", await Trial.ReadAsync(IsolationLevel.ReadUncommitted, Orders0));

        async Task RefusedAsync()
        {
            StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
                () => orders.AppendAsync("orders", At(0, "1"), Stop).AsTask());
            Assert.Equal(ErrorCode.InvalidTransactionState, refused.ErrorCode);
        }
    }

    [Fact]
    public async Task An_empty_transaction_asks_nothing_of_the_broker()
    {
        TransactionalProducer producer = Trial.Producer("a");
        for (int i = 0; i < 3; i++)
        {
            await using ITransaction transaction = await producer.BeginAsync(Stop);
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal(["InitProducerId"], Trial.Broker.Sent.Except(["ApiVersions"]));
    }

    [Fact]
    public async Task Who_begins_later_fences_who_began_before()
    {
        TransactionalProducer old = Trial.Producer("a");
        IProducer<string, string> orders = old.CreateProducer<string, string>();
        ITransaction open = await old.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "old"), Stop);

        TransactionalProducer young = Trial.Producer("a");
        await using (ITransaction transaction = await Trial.RunAsync(young.BeginAsync(Stop)))
        {
            await young.CreateProducer<string, string>().AppendAsync("orders", At(0, "young"), Stop);
            StreamLogException fenced =
                await Assert.ThrowsAsync<StreamLogException>(() => open.CommitAsync(Stop).AsTask());
            Assert.Equal(ErrorCode.ProducerFenced, fenced.ErrorCode);
            fenced = await Assert.ThrowsAsync<StreamLogException>(() => old.BeginAsync(Stop).AsTask());
            Assert.Equal(ErrorCode.ProducerFenced, fenced.ErrorCode);
            await open.DisposeAsync();
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal("young", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_fenced_producer_appends_nothing()
    {
        TransactionalProducer old = Trial.Producer("a");
        IProducer<string, string> orders = old.CreateProducer<string, string>();
        ITransaction open = await old.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        await (await Trial.RunAsync(Trial.Producer("a").BeginAsync(Stop))).DisposeAsync();

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => orders.AppendAsync("orders", At(0, "2"), Stop).AsTask());
        Assert.True(ErrorCodes.IsFatal(refused.ErrorCode), refused.ErrorCode.ToString());
        StreamLogException fenced = await Assert.ThrowsAsync<StreamLogException>(() => open.AbortAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.ProducerFenced, fenced.ErrorCode);
        Assert.Equal("1", await Trial.ReadAsync(IsolationLevel.ReadUncommitted, Orders0));
        Assert.Equal("", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task What_is_open_for_too_long_is_aborted_and_its_producer_fenced()
    {
        TransactionalProducer producer = Trial.Producer(
            "a", options => options.TransactionTimeout = TimeSpan.FromSeconds(5));
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        await Trial.Clients.Harness.Environment.RunAsync(
            Task.Delay(TimeSpan.FromSeconds(20), Trial.Clients.Harness.Time, Stop));
        await Trial.Clients.Harness.Broker.WaitTransactionsIdleAsync();

        StreamLogException late =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.ProducerFenced, late.ErrorCode);
        await Trial.Clients.Harness.ProduceAsync("orders", 0, "plain");
        Assert.Equal("plain", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_timeout_that_the_broker_does_not_allow_is_refused_by_name()
    {
        TransactionalProducer producer = Trial.Producer(
            "a", options => options.TransactionTimeout = TimeSpan.FromHours(1));
        StreamLogException refused =
            await Assert.ThrowsAsync<StreamLogException>(() => producer.BeginAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, refused.ErrorCode);
        Assert.Contains("TransactionTimeout", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_idempotence_there_are_no_transactions()
    {
        StreamLogException refused =
            Assert.Throws<StreamLogException>(() => Trial.Producer("a", options => options.Idempotence = false));
        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
    }

    [Theory]
    [InlineData(Acks.None)]
    [InlineData(Acks.Leader)]
    public void Without_the_acknowledgement_of_all_there_are_no_transactions(Acks acks)
    {
        StreamLogException refused =
            Assert.Throws<StreamLogException>(() => Trial.Producer("a", options => options.Acks = acks));
        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains("Acks", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_fails_behind_its_callers_back_fails_the_transaction()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.Fault = request => request is ProduceRequest ? ErrorCode.InvalidRecord : null;
        await orders.EnqueueAsync("orders", At(1, "2"), Stop);

        StreamLogException failed =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.TransactionAbortable, failed.ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, Assert.IsType<StreamLogException>(failed.InnerException).ErrorCode);
        StreamLogException again =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.TransactionAbortable, again.ErrorCode);

        Trial.Broker.Fault = null;
        await transaction.AbortAsync(Stop);
        await using (ITransaction next = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "3"), Stop);
            await orders.AppendAsync("orders", At(1, "4"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("3", await Trial.CommittedAsync(Orders0));
        Assert.Equal("4", await Trial.CommittedAsync(Orders1));
    }

    [Fact]
    public async Task A_failed_transaction_takes_no_more_records()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using ITransaction transaction = await producer.BeginAsync(Stop);
        Trial.Broker.Fault = request => request is ProduceRequest ? ErrorCode.InvalidRecord : null;
        await Assert.ThrowsAsync<StreamLogException>(() => orders.AppendAsync("orders", At(0, "1"), Stop).AsTask());

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => orders.AppendAsync("orders", At(0, "2"), Stop).AsTask());
        Assert.Equal(ErrorCode.TransactionAbortable, refused.ErrorCode);
    }

    [Fact]
    public async Task What_stands_in_line_at_the_commit_belongs_to_the_transaction()
    {
        TransactionalProducer producer = Trial.Producer("a", options =>
        {
            options.BufferBytes = 4_000;
            options.BatchBytes = 1_000;
            options.MaxRequestBytes = 4_000;
        });
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        List<Task> enqueued = [];
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            // None of them is awaited before the commit.
            for (int i = 0; i < 200; i++)
                enqueued.Add(orders.EnqueueAsync("orders", At(0, $"{i:000}{new string('x', 100)}"), Stop).AsTask());
            await transaction.CommitAsync(Stop);
        }

        await Task.WhenAll(enqueued);
        string[] read = (await Trial.CommittedAsync(Orders0)).Split(' ');
        Assert.Equal(Enumerable.Range(0, 200), read.Select(value => int.Parse(value[..3])));
    }

    [Fact]
    public async Task A_list_goes_into_one_transaction_whoever_commits_meanwhile()
    {
        TransactionalProducer producer = Trial.Producer("a", options =>
        {
            options.BufferBytes = 4_000;
            options.BatchBytes = 1_000;
            options.MaxRequestBytes = 4_000;
        });
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using (ITransaction first = await producer.BeginAsync(Stop))
        {
            // It stands in line for room again and again, while nobody waits for it.
            ValueTask<IReadOnlyList<LogPosition>> list = orders.AppendAsync(
                "orders", Enumerable.Range(0, 100).Select(i => At(0, $"{i:000}{new string('x', 100)}")), Stop);
            await first.CommitAsync(Stop);
            Assert.Equal(100, (await list).Count);
        }

        await using (ITransaction second = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "999"), Stop);
            await second.AbortAsync(Stop);
        }

        string[] read = (await Trial.CommittedAsync(Orders0)).Split(' ');
        Assert.Equal(Enumerable.Range(0, 100), read.Select(value => int.Parse(value[..3])));
    }

    [Fact]
    public async Task A_record_for_a_topic_that_is_not_there_fails_the_transaction()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        Task unawaited = orders.EnqueueAsync("nowhere", At(0, "2"), Stop).AsTask();

        StreamLogException failed = await Assert.ThrowsAsync<StreamLogException>(
            () => Trial.RunAsync(transaction.CommitAsync(Stop)));
        Assert.Equal(ErrorCode.TransactionAbortable, failed.ErrorCode);
        await Assert.ThrowsAsync<StreamLogException>(() => unawaited);
    }

    [Fact]
    public async Task Disposal_aborts_what_is_open()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        await producer.DisposeAsync();
        await producer.DisposeAsync();

        await transaction.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.BeginAsync(Stop).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => orders.AppendAsync("orders", At(0, "2"), Stop).AsTask());
        await Trial.Clients.Harness.Broker.WaitTransactionsIdleAsync();
        await Trial.Clients.Harness.ProduceAsync("orders", 0, "plain");
        Assert.Equal("plain", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task Offsets_count_with_the_commit_and_not_with_an_abort()
    {
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new() { [Orders0] = new(7), [Orders1] = new(9) };
        TransactionalProducer producer = Trial.Producer("a");
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            await transaction.SendOffsetsAsync("g", offsets, Stop);
            await transaction.AbortAsync(Stop);
        }

        await Trial.Clients.Harness.Broker.WaitTransactionsIdleAsync();
        Assert.Empty(await Trial.Clients.Admin.ListGroupOffsetsAsync("g", Stop));
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            await transaction.SendOffsetsAsync("g", offsets, Stop);
            await transaction.CommitAsync(Stop);
        }

        await Trial.Clients.Harness.Broker.WaitTransactionsIdleAsync();
        Assert.Equal(offsets, await Trial.Clients.Admin.ListGroupOffsetsAsync("g", Stop));
    }

    [Fact]
    public async Task Offsets_that_the_group_does_not_take_fail_the_transaction()
    {
        TransactionalProducer producer = Trial.Producer("a");
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => transaction.SendOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [Orders0] = new(-1) }, Stop).AsTask());
        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(() => transaction.SendOffsetsAsync(
            "g",
            new Dictionary<TopicPartition, OffsetAndMetadata> { [new TopicPartition("nowhere", 0)] = new(1) },
            Stop).AsTask());
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, refused.ErrorCode);

        StreamLogException failed =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.TransactionAbortable, failed.ErrorCode);
        await transaction.DisposeAsync();
        await Trial.Clients.Harness.Broker.WaitTransactionsIdleAsync();
        Assert.Equal("", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task Transactions_go_on_over_a_restart_of_the_broker()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using (ITransaction first = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "1"), Stop);
            await first.CommitAsync(Stop);
        }

        await using (ITransaction second = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await Trial.RestartAsync();
            await Trial.RunAsync(orders.AppendAsync("orders", At(1, "3"), Stop));
            await Trial.RunAsync(second.CommitAsync(Stop));
        }

        Assert.Equal("1 2", await Trial.CommittedAsync(Orders0));
        Assert.Equal("3", await Trial.CommittedAsync(Orders1));
    }

    [Fact]
    public async Task Many_transactions_of_many_records_keep_their_order()
    {
        TransactionalProducer producer = Trial.Producer("a", options => options.BatchBytes = 300);
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        List<string> expected = [];
        for (int i = 0; i < 40; i++)
        {
            await using ITransaction transaction = await producer.BeginAsync(Stop);
            for (int j = 0; j < 25; j++)
                await orders.EnqueueAsync("orders", At(0, $"{i}.{j}"), Stop);
            if (i % 4 == 3)
                continue;
            expected.AddRange(Enumerable.Range(0, 25).Select(j => $"{i}.{j}"));
            await Trial.RunAsync(transaction.CommitAsync(Stop));
        }

        Assert.Equal(string.Join(' ', expected), await Trial.CommittedAsync(Orders0));
    }
}
