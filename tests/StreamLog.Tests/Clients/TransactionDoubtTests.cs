using StreamLog.Clients.Transacting;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What a producer does where the broker does not answer, or answers late.</summary>
public class TransactionDoubtTests : TransactionTrialTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_whose_answer_is_lost_is_asked_for_again(bool isCommit)
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        int lost = 0;
        Trial.Broker.LosesAnswer = request => request is EndTxnRequest && lost++ == 0;
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "1"), Stop);
            await Trial.RunAsync(isCommit ? transaction.CommitAsync(Stop) : transaction.AbortAsync(Stop));
        }

        await using (ITransaction next = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.True(lost > 1);
        Assert.Equal(isCommit ? "1 2" : "2", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_in_doubt_is_told_so_and_finished_before_the_next_transaction()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.LosesAnswer = request => request is EndTxnRequest;
        StreamLogException doubt = await Assert.ThrowsAsync<StreamLogException>(
            () => Trial.RunAsync(transaction.CommitAsync(Stop)));
        Assert.Equal(ErrorCode.NetworkException, doubt.ErrorCode);
        StreamLogException abort =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.AbortAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, abort.ErrorCode);
        StreamLogException open =
            await Assert.ThrowsAsync<StreamLogException>(() => producer.BeginAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, open.ErrorCode);

        Trial.Broker.LosesAnswer = null;
        await transaction.DisposeAsync();
        await using (ITransaction next = await Trial.RunAsync(producer.BeginAsync(Stop)))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("1 2", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_in_doubt_can_be_asked_for_again()
    {
        TransactionalProducer producer = Trial.Producer(
            "a", options => options.TransactionTimeout = 2 * options.MaxBlock);
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.IsCut = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => Trial.RunAsync(transaction.CommitAsync(Stop)));
        Assert.Equal("", await Trial.CommittedAsync(Orders0));

        Trial.Broker.IsCut = null;
        await transaction.CommitAsync(Stop);
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task An_abort_without_an_answer_is_finished_before_the_next_transaction()
    {
        TransactionalProducer producer = Trial.Producer(
            "a", options => options.TransactionTimeout = 2 * options.MaxBlock);
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.IsCut = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => Trial.RunAsync(transaction.AbortAsync(Stop)));

        Trial.Broker.IsCut = null;
        await using (ITransaction next = await Trial.RunAsync(producer.BeginAsync(Stop)))
        {
            await orders.AppendAsync("orders", At(0, "2"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("2", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_batch_that_comes_late_of_an_aborted_transaction_is_refused()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        ITransaction transaction = await producer.BeginAsync(Stop);
        await orders.AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.Holds = request => request is ProduceRequest;
        await orders.EnqueueAsync("orders", At(0, "2"), Stop);
        await Trial.Clients.Harness.Environment.UntilAsync(() => Trial.Broker.HeldCount == 1);
        await Trial.RunAsync(transaction.AbortAsync(Stop));

        Trial.Broker.Holds = null;
        await Trial.Broker.ReleaseAsync();
        await using (ITransaction next = await producer.BeginAsync(Stop))
        {
            await orders.AppendAsync("orders", At(0, "3"), Stop);
            await next.CommitAsync(Stop);
        }

        Assert.Equal("3", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_called_aborted_by_who_is_replaced_then()
    {
        TransactionalProducer producer = Trial.Producer("a");
        ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        Trial.Broker.LosesAnswer = request => request is EndTxnRequest;
        await Assert.ThrowsAsync<StreamLogException>(() => Trial.RunAsync(transaction.CommitAsync(Stop)));
        Trial.Broker.LosesAnswer = null;
        await (await Trial.RunAsync(Trial.Producer("a").BeginAsync(Stop))).DisposeAsync();

        for (int i = 0; i < 2; i++)
        {
            StreamLogException doubt = await Assert.ThrowsAsync<StreamLogException>(
                () => Trial.RunAsync(transaction.CommitAsync(Stop)));
            Assert.Equal(ErrorCode.ProducerFenced, doubt.ErrorCode);
            Assert.Contains("committed or aborted", doubt.Message, StringComparison.Ordinal);
        }

        StreamLogException abort =
            await Assert.ThrowsAsync<StreamLogException>(() => transaction.AbortAsync(Stop).AsTask());
        Assert.Equal(ErrorCode.InvalidTransactionState, abort.ErrorCode);
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task Who_begins_after_a_beginning_that_was_cancelled_is_not_held_up_by_it()
    {
        TransactionalProducer producer = Trial.Producer("a");
        Trial.Broker.Holds = request => request is InitProducerIdRequest;
        using CancellationTokenSource cancel = new();
        Task<ITransaction> cancelled = producer.BeginAsync(cancel.Token).AsTask();
        await Trial.Clients.Harness.Environment.UntilAsync(() => Trial.Broker.HeldCount == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Task<ITransaction> next = producer.BeginAsync(Stop).AsTask();
        Trial.Broker.Holds = null;
        await Trial.Broker.ReleaseAsync();

        await using ITransaction transaction = await next;
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        await transaction.CommitAsync(Stop);
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
    }
}
