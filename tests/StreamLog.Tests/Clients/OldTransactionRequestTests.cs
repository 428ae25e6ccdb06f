using StreamLog.Clients.Transacting;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>What a producer asks of brokers that keep transactions in the way that was before KIP-890.</summary>
public sealed class OldTransactionRequestTests : TransactionTrialTests
{
    private static readonly Dictionary<TopicPartition, OffsetAndMetadata> Offsets =
        new() { [Orders1] = new OffsetAndMetadata(7) };

    private WireBroker _wire = null!;

    [Fact]
    public async Task What_belongs_to_a_transaction_is_added_to_it_before()
    {
        TransactionalProducer producer = Trial.Producer("a");
        await CommitAsync(producer, "1", Offsets);

        Assert.Equal(
            [
                "InitProducerId 4", "AddPartitionsToTxn 3", "Produce 9", "AddOffsetsToTxn 3", "TxnOffsetCommit 3",
                "EndTxn 3",
            ],
            Sent());
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task A_partition_is_added_once_to_each_transaction_and_the_epoch_stays_while_they_commit()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        for (int i = 0; i < 3; i++)
        {
            await using ITransaction transaction = await producer.BeginAsync(Stop);
            await orders.AppendAsync("orders", At(0, $"{i}a"), Stop);
            await orders.AppendAsync("orders", At(0, $"{i}b"), Stop);
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal("0a 0b 1a 1b 2a 2b", await Trial.CommittedAsync(Orders0));
        Assert.Equal(3, Sent().Count(sent => sent == "AddPartitionsToTxn 3"));
        Assert.Single(Sent(), "InitProducerId 4");
    }

    [Fact]
    public async Task Partitions_that_come_together_are_added_together()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await using ITransaction transaction = await producer.BeginAsync(Stop);
        Trial.Broker.Holds = request => request is AddPartitionsToTxnRequest;
        ValueTask<LogPosition> first = orders.AppendAsync("orders", At(0, "1"), Stop);
        await Eventually.HoldsAsync(() => Trial.Broker.HeldCount == 1);
        ValueTask<LogPosition> second = orders.AppendAsync("orders", At(1, "2"), Stop);
        ValueTask<LogPosition> third = orders.AppendAsync("orders", At(0, "3"), Stop);
        Trial.Broker.Holds = null;
        await Trial.Broker.ReleaseAsync();
        await first;
        await second;
        await third;
        await transaction.CommitAsync(Stop);

        Assert.Equal(2, Sent().Count(sent => sent == "AddPartitionsToTxn 3"));
        Assert.Equal("1 3", await Trial.CommittedAsync(Orders0));
        Assert.Equal("2", await Trial.CommittedAsync(Orders1));
    }

    [Fact]
    public async Task After_an_abort_the_epoch_rises_so_that_nothing_of_it_comes_late()
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        await CommitAsync(producer, "1");
        await using (await producer.BeginAsync(Stop))
            await orders.AppendAsync("orders", At(0, "2"), Stop);
        await CommitAsync(producer, "3");
        await CommitAsync(producer, "4");

        Assert.Equal("1 3 4", await Trial.CommittedAsync(Orders0));
        Assert.Equal(2, Sent().Count(sent => sent == "InitProducerId 4"));
        await using TransactionalProducer after = Trial.Producer("a");
        await CommitAsync(after, "5");
        await Assert.ThrowsAsync<StreamLogException>(() => CommitAsync(producer, "6"));
        Assert.Equal("1 3 4 5", await Trial.CommittedAsync(Orders0));
    }

    [Theory]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.ConcurrentTransactions)]
    [InlineData(ErrorCode.NetworkException)]
    [InlineData(ErrorCode.RequestTimedOut)]
    public async Task What_may_pass_is_asked_for_again(ErrorCode error)
    {
        HashSet<Type> refused = [];
        Trial.Broker.Fault = request =>
            request is (AddPartitionsToTxnRequest or AddOffsetsToTxnRequest or TxnOffsetCommitRequest or EndTxnRequest
                or InitProducerIdRequest) && refused.Add(request.GetType()) ? error : null;
        await Trial.RunAsync(new ValueTask(CommitAsync(Trial.Producer("a"), "1", Offsets)));

        Assert.Equal(5, refused.Count);
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
        Assert.Equal(7, (await CommittedOffsetsAsync())[Orders1].Offset);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed)]
    [InlineData(ErrorCode.InvalidTransactionState)]
    [InlineData(ErrorCode.TransactionAbortable)]
    public async Task A_partition_that_cannot_be_added_has_the_transaction_aborted(ErrorCode error)
    {
        TransactionalProducer producer = Trial.Producer("a");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        Trial.Broker.Fault = request => request is AddPartitionsToTxnRequest ? error : null;
        await using (ITransaction transaction = await producer.BeginAsync(Stop))
        {
            StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
                () => orders.AppendAsync("orders", At(0, "1"), Stop).AsTask());
            Assert.Equal(error, refused.ErrorCode);
            refused = await Assert.ThrowsAsync<StreamLogException>(() => transaction.CommitAsync(Stop).AsTask());
            Assert.Equal(ErrorCode.TransactionAbortable, refused.ErrorCode);
        }

        Trial.Broker.Fault = null;
        await CommitAsync(producer, "2");
        Assert.Equal("2", await Trial.CommittedAsync(Orders0));
    }

    [Fact]
    public async Task An_abort_waits_for_the_partition_that_is_just_being_added()
    {
        TransactionalProducer producer = Trial.Producer("a");
        ITransaction transaction = await producer.BeginAsync(Stop);
        Trial.Broker.Holds = request => request is AddPartitionsToTxnRequest;
        Task append = producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop).AsTask();
        await Eventually.HoldsAsync(() => Trial.Broker.HeldCount == 1);

        Task abort = transaction.AbortAsync(Stop).AsTask();
        await Assert.ThrowsAsync<StreamLogException>(() => append);
        Assert.False(abort.IsCompleted);
        Assert.DoesNotContain("EndTxn", Trial.Broker.Sent);
        Trial.Broker.Holds = null;
        await Trial.Broker.ReleaseAsync();
        await abort;

        Assert.Equal("EndTxn", Trial.Broker.Sent[^1]);
        Assert.Equal("", await Trial.ReadAsync(IsolationLevel.ReadUncommitted, Orders0));
    }

    [Fact]
    public async Task A_broker_that_takes_no_epochs_is_asked_for_one_anew()
    {
        Trial.Broker.Inner = _wire = OldKafka.Kafka21(Trial.Clients.Harness.Broker);
        TransactionalProducer producer = Trial.Producer("a");
        await using (await producer.BeginAsync(Stop))
            await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, "1"), Stop);
        await CommitAsync(producer, "2", Offsets);

        Assert.Equal("2", await Trial.CommittedAsync(Orders0));
        Assert.Equal(7, (await CommittedOffsetsAsync())[Orders1].Offset);
        Assert.Equal(2, Sent().Count(sent => sent == "InitProducerId 1"));
    }

    [Fact]
    public async Task Where_the_feature_is_turned_off_newer_versions_are_not_used()
    {
        UpdateFeaturesResponse lowered = await Trial.Clients.Harness.SendAsync(new UpdateFeaturesRequest
        {
            FeatureUpdates = [new() { Feature = "transaction.version", MaxVersionLevel = 1, UpgradeType = 2 }],
        });
        Assert.Equal(ErrorCode.None, lowered.ErrorCode);
        Trial.Broker.Inner = _wire = new WireBroker(new SettledBroker(Trial.Clients.Harness.Broker));
        await CommitAsync(Trial.Producer("a"), "1", Offsets);

        Assert.Equal(
            [
                "ApiVersions 4", "InitProducerId 5", "AddPartitionsToTxn 3", "Produce 11", "AddOffsetsToTxn 4",
                "TxnOffsetCommit 4", "EndTxn 4",
            ],
            Sent());
        Assert.Equal("1", await Trial.CommittedAsync(Orders0));
    }

    private protected override IBroker Before(IBroker broker) =>
        _wire = OldKafka.Kafka30(broker);

    private async Task CommitAsync(
        TransactionalProducer producer, string value, Dictionary<TopicPartition, OffsetAndMetadata>? offsets = null)
    {
        await using ITransaction transaction = await producer.BeginAsync(Stop);
        await producer.CreateProducer<string, string>().AppendAsync("orders", At(0, value), Stop);
        if (offsets is not null)
            await transaction.SendOffsetsAsync("g", offsets, Stop);
        await transaction.CommitAsync(Stop);
    }

    private ValueTask<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata>> CommittedOffsetsAsync() =>
        Trial.Clients.Admin.ListGroupOffsetsAsync("g", Stop);

    private string[] Sent() =>
    [
        .. _wire.Sent
            .Where(static sent => sent.Api != ApiKey.Metadata)
            .Select(static sent => $"{sent.Api} {sent.Version}"),
    ];
}
