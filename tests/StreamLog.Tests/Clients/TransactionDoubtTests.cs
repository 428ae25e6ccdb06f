using StreamLog.Clients.Transacting;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What a producer does where the broker does not answer, or answers late.</summary>
public sealed class TransactionDoubtTests : IAsyncLifetime
{
    private static readonly TopicPartition Orders0 = new("orders", 0);

    private TransactionTrial _trial = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _trial = new TransactionTrial(await LocalClients.StartAsync());
        await _trial.Clients.Harness.CreateTopicAsync("orders", 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _trial.DisposeAsync();
        await _trial.Clients.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_whose_answer_is_lost_is_asked_for_again(bool isCommit)
    {
        TransactionalProducer producer = _trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        int lost = 0;
        _trial.Broker.LosesAnswer = request => request is EndTxnRequest && lost++ == 0;
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "1"), Stop);
            await _trial.RunAsync(isCommit ? transaction.CommitAsync(Stop) : transaction.AbortAsync(Stop));
        }

        await using (ITransaction next = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.True(lost > 1);
        Assert.Equal(isCommit ? "1 2" : "2", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_in_doubt_is_told_so_and_finished_before_the_next_transaction()
    {
        TransactionalProducer producer = _trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        _trial.Broker.LosesAnswer = request => request is EndTxnRequest;
        StreamLogException doubt = await Assert.ThrowsAsync<StreamLogException>(
            () => _trial.RunAsync(transaction.CommitAsync(Stop)));
        Assert.Equal(ErrorCode.NetworkException, doubt.ErrorCode);
        StreamLogException abort =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.AbortAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, abort.ErrorCode);
        StreamLogException open =
            await Assert.ThrowsAsync<StreamLogException>(() => producer.BeginAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, open.ErrorCode);

        _trial.Broker.LosesAnswer = null;
        await transaction.DisposeAsync();
        await using (ITransaction next = await _trial.RunAsync(producer.BeginAsync(Stop)))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("1 2", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_in_doubt_can_be_asked_for_again()
    {
        TransactionalProducer producer = _trial.Producer(
            "a", options => options.TransactionTimeout = 2 * options.MaxBlock);
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        _trial.Broker.IsCut = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => _trial.RunAsync(transaction.CommitAsync(Stop)));
        Assert.Equal("", await _trial.CommittedAsync(Orders0));

        _trial.Broker.IsCut = null;
        await transaction.CommitAsync(Stop);
        Assert.Equal("1", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task An_abort_without_an_answer_is_finished_before_the_next_transaction()
    {
        TransactionalProducer producer = _trial.Producer(
            "a", options => options.TransactionTimeout = 2 * options.MaxBlock);
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        _trial.Broker.IsCut = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => _trial.RunAsync(transaction.AbortAsync(Stop)));

        _trial.Broker.IsCut = null;
        await using (ITransaction next = await _trial.RunAsync(producer.BeginAsync(Stop)))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("2", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_batch_that_comes_late_of_an_aborted_transaction_is_refused()
    {
        TransactionalProducer producer = _trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        _trial.Broker.Holds = request => request is ProduceRequest;
        await orders.EnqueueAsync("orders", At(0, "2"), Stop);
        await _trial.Clients.Harness.Environment.UntilAsync(() => _trial.Broker.HeldCount == 1);
        await _trial.RunAsync(transaction.AbortAsync(Stop));

        _trial.Broker.Holds = null;
        await _trial.Broker.ReleaseAsync();
        await using (ITransaction next = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "3"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("3", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_called_aborted_by_who_is_replaced_then()
    {
        TransactionalProducer producer = _trial.Producer("a");
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        _trial.Broker.LosesAnswer = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => _trial.RunAsync(transaction.CommitAsync(Stop)));
        _trial.Broker.LosesAnswer = null;
        await (await _trial.RunAsync(_trial.Producer("a").BeginAsync(Stop))).DisposeAsync();

        for (int i = 0; i < 2; i++)
        {
            StreamLogException doubt = await Assert.ThrowsAsync<StreamLogException>(
                () => _trial.RunAsync(transaction.CommitAsync(Stop)));
            Assert.Equal(ErrorCode.ProducerFenced, doubt.ErrorCode);
            Assert.Contains("committed or aborted", doubt.Message, StringComparison.Ordinal);
        }

        StreamLogException abort =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.AbortAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, abort.ErrorCode);
        Assert.Equal("1", await _trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task Who_begins_after_a_beginning_that_was_cancelled_is_not_held_up_by_it()
    {
        TransactionalProducer producer = _trial.Producer("a");
        _trial.Broker.Holds = request => request is InitProducerIdRequest;
        using CancellationTokenSource cancel = new();
        Task<ITransaction> cancelled = producer.BeginAsync(cancel.Token).AsTask();
        await _trial.Clients.Harness.Environment.UntilAsync(() => _trial.Broker.HeldCount == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Task<ITransaction> next = producer.BeginAsync(Stop).AsTask();
        _trial.Broker.Holds = null;
        await _trial.Broker.ReleaseAsync();

        await using ITransaction transaction = await next;
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        await transaction.CommitAsync(Stop);
        Assert.Equal("1", await _trial.CommittedAsync(Orders0));
    }

    private static ProducerRecord<string, string> At(int partition, string value) =>
        new("k", value) { Partition = partition };
}
