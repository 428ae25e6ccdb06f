using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Transactions;

public sealed class BadTransactionRequestTests : IAsyncLifetime
{
    private static readonly string TooLong = new('x', 1025);

    private BrokerHarness _broker = null!;

    public static TheoryData<string> IllegalIds => ["", TooLong];

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerHarness.StartAsync();
        await _broker.CreateTopicAsync("orders");
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [MemberData(nameof(IllegalIds))]
    public async Task An_illegal_id_is_refused_everywhere(string id)
    {
        TransactionalClient client = new(_broker, id) { ProducerId = 0, Epoch = 0 };

        Assert.Equal(ErrorCode.InvalidRequest, await client.InitAsync());
        Assert.Equal(ErrorCode.InvalidRequest, await client.AddAsync(new TopicPartition("orders", 0)));
        Assert.Equal(ErrorCode.InvalidRequest, await client.AddOffsetsAsync("g"));
        Assert.Equal(ErrorCode.InvalidRequest, await client.ProduceAsync("orders", 0, "a"));
        Assert.Equal(ErrorCode.InvalidRequest, await client.CommitOffsetAsync("g", "orders", 0, 1));
        Assert.Equal(ErrorCode.InvalidRequest, await client.CommitAsync());
        DescribeTransactionsResponse described =
            await _broker.SendAsync(new DescribeTransactionsRequest { TransactionalIds = [id] });
        Assert.Equal(ErrorCode.InvalidRequest, described.TransactionStates.Single().ErrorCode);
        FindCoordinatorResponse found =
            await _broker.SendAsync(new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = [id] });
        Assert.Equal(ErrorCode.InvalidRequest, found.Coordinators.Single().ErrorCode);
        Assert.Empty(await _broker.ReadAllAsync("orders"));
    }

    [Fact]
    public async Task An_id_that_nobody_has_begun_to_use_has_no_transaction()
    {
        TransactionalClient client = new(_broker, "tx") { ProducerId = 5, Epoch = 0 };

        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.AddAsync(new TopicPartition("orders", 0)));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.AddOffsetsAsync("g"));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.ProduceAsync("orders", 0, "a"));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.CommitOffsetAsync("g", "orders", 0, 1));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await client.AbortAsync());
        Assert.DoesNotContain(_broker.Broker.DescribeTopics(), topic => topic.Name == "__transaction_state");
    }

    [Theory]
    [InlineData(1, 0, ErrorCode.InvalidProducerIdMapping)]
    [InlineData(-1, 0, ErrorCode.InvalidProducerIdMapping)]
    [InlineData(0, 1, ErrorCode.ProducerFenced)]
    [InlineData(0, -1, ErrorCode.ProducerFenced)]
    [InlineData(0, short.MaxValue, ErrorCode.ProducerFenced)]
    public async Task Who_is_somebody_else_changes_nothing(long idBy, short epoch, ErrorCode expected)
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        await client.ProduceAsync("orders", 0, "a");
        TransactionalClient stranger =
            new(_broker, "tx") { ProducerId = idBy < 0 ? -1 : client.ProducerId + idBy, Epoch = epoch };

        Assert.Equal(expected, await stranger.AddAsync(new TopicPartition("orders", 0)));
        Assert.Equal(expected, await stranger.AddOffsetsAsync("g"));
        Assert.Equal(expected, await stranger.CommitAsync());
        Assert.NotEqual(ErrorCode.None, await stranger.CommitOffsetAsync("g", "orders", 0, 1));
        Assert.NotEqual(ErrorCode.None, await ProduceAsync(stranger));
        Assert.Equal(ErrorCode.None, await client.CommitAsync());
        await _broker.Broker.WaitTransactionsIdleAsync();

        Assert.Equal(["a"], await CommittedReading.ReadAsync(_broker, "orders"));
    }

    [Fact]
    public async Task Partitions_are_added_all_or_none_and_internal_ones_never()
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        AddPartitionsToTxnResponse response = await _broker.SendAsync(new AddPartitionsToTxnRequest
        {
            Transactions =
            [
                new()
                {
                    TransactionalId = "tx",
                    ProducerId = client.ProducerId,
                    ProducerEpoch = client.Epoch,
                    Topics =
                    [
                        new() { Name = "orders", Partitions = [0, 1, -1] },
                        new() { Name = "nowhere", Partitions = [0] },
                        new() { Name = "__transaction_state", Partitions = [0] },
                    ],
                },
            ],
        });

        Assert.Equal(
            [
                ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition,
                ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidTopic,
            ],
            response.ResultsByTransaction.Single().TopicResults
                .SelectMany(topic => topic.ResultsByPartition)
                .Select(partition => partition.PartitionErrorCode));
        Assert.Equal(ErrorCode.InvalidTransactionState, await client.CommitAsync());
    }

    [Fact]
    public async Task Internal_topics_are_refused_to_clients_as_what_they_may_not_write()
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        AddPartitionsToTxnResponse response = await _broker.SendWireAsync(
            new AddPartitionsToTxnRequest
            {
                V3AndBelowTransactionalId = "tx",
                V3AndBelowProducerId = client.ProducerId,
                V3AndBelowProducerEpoch = client.Epoch,
                V3AndBelowTopics =
                [
                    new() { Name = "orders", Partitions = [0] },
                    new() { Name = "__transaction_state", Partitions = [0] },
                ],
            },
            version: 3);

        Assert.Equal(
            [ErrorCode.OperationNotAttempted, ErrorCode.TopicAuthorizationFailed],
            response.ResultsByTopicV3AndBelow.Select(topic => topic.ResultsByPartition[0].PartitionErrorCode));
    }

    [Fact]
    public async Task What_is_not_there_is_not_verified_and_neither_is_the_rest()
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        Assert.Equal(ErrorCode.None, await client.AddAsync(new TopicPartition("orders", 0)));

        AddPartitionsToTxnResponse response = await _broker.SendAsync(new AddPartitionsToTxnRequest
        {
            Transactions =
            [
                new()
                {
                    TransactionalId = "tx",
                    ProducerId = client.ProducerId,
                    ProducerEpoch = client.Epoch,
                    VerifyOnly = true,
                    Topics = [new() { Name = "orders", Partitions = [0, 7] }],
                },
            ],
        });

        Assert.Equal(
            [ErrorCode.OperationNotAttempted, ErrorCode.UnknownTopicOrPartition],
            response.ResultsByTransaction.Single().TopicResults.Single().ResultsByPartition
                .Select(partition => partition.PartitionErrorCode));
    }

    [Fact]
    public async Task A_partition_is_verified_without_being_added()
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        Assert.Equal(ErrorCode.TransactionAbortable, await VerifyAsync());
        Assert.Equal(ErrorCode.None, await client.AddAsync(new TopicPartition("orders", 0)));
        Assert.Equal(ErrorCode.None, await VerifyAsync());

        async Task<ErrorCode> VerifyAsync()
        {
            AddPartitionsToTxnResponse response = await _broker.SendAsync(new AddPartitionsToTxnRequest
            {
                Transactions =
                [
                    new()
                    {
                        TransactionalId = "tx",
                        ProducerId = client.ProducerId,
                        ProducerEpoch = client.Epoch,
                        VerifyOnly = true,
                        Topics = [new() { Name = "orders", Partitions = [0] }],
                    },
                ],
            });
            return response.ResultsByTransaction.Single().TopicResults.Single().ResultsByPartition.Single()
                .PartitionErrorCode;
        }
    }

    [Fact]
    public async Task A_mark_of_a_coordinator_that_was_followed_by_another_is_refused()
    {
        TransactionalClient client = new(_broker, "tx");
        await client.InitAsync();
        await client.ProduceAsync("orders", 0, "a");

        Assert.Equal(ErrorCode.None, await MarkAsync("orders", 0, coordinatorEpoch: 9));
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, await MarkAsync("orders", 0, coordinatorEpoch: 8));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await MarkAsync("orders", 1, coordinatorEpoch: 9));
        Assert.Equal(ErrorCode.InvalidRequest, await MarkAsync("__transaction_state", 0, coordinatorEpoch: 9));

        async Task<ErrorCode> MarkAsync(string topic, int partition, int coordinatorEpoch)
        {
            WriteTxnMarkersResponse response = await _broker.SendAsync(new WriteTxnMarkersRequest
            {
                Markers =
                [
                    new()
                    {
                        ProducerId = client.ProducerId,
                        ProducerEpoch = client.Epoch,
                        CoordinatorEpoch = coordinatorEpoch,
                        Topics = [new() { Name = topic, PartitionIndexes = [partition] }],
                    },
                ],
            });
            return response.Markers.Single().Topics.Single().Partitions.Single().ErrorCode;
        }
    }

    [Fact]
    public async Task Thousands_of_ids_live_side_by_side_and_are_there_after_a_restart()
    {
        const int Count = 2_000;
        Task<ErrorCode>[] begun =
            [.. Enumerable.Range(0, Count).Select(i => new TransactionalClient(_broker, $"tx-{i}").InitAsync())];
        Assert.All(await Task.WhenAll(begun), error => Assert.Equal(ErrorCode.None, error));

        _broker = await _broker.RestartAsync();

        ListTransactionsResponse listed = await _broker.SendAsync(new ListTransactionsRequest());
        Assert.Equal(Count, listed.TransactionStates.Select(state => state.ProducerId).Distinct().Count());
    }

    [Fact]
    public async Task Older_senders_are_told_in_words_that_they_know()
    {
        TransactionalClient first = new(_broker, "tx");
        await first.InitAsync();
        await new TransactionalClient(_broker, "tx").InitAsync();

        InitProducerIdResponse init = await _broker.SendAsync(new InitProducerIdRequest
        {
            TransactionalId = "tx",
            TransactionTimeoutMs = 1_000,
            ProducerId = first.ProducerId,
            ProducerEpoch = first.Epoch,
            Version = 3,
        });
        EndTxnResponse end = await _broker.SendAsync(new EndTxnRequest
        {
            TransactionalId = "tx",
            ProducerId = first.ProducerId,
            ProducerEpoch = first.Epoch,
            Version = 1,
        });

        Assert.Equal(ErrorCode.InvalidProducerEpoch, init.ErrorCode);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, end.ErrorCode);
    }

    private static async Task<ErrorCode> ProduceAsync(TransactionalClient client) =>
        client.ProducerId < 0 || client.Epoch < 0
            ? ErrorCode.InvalidRecord // No batch can say so.
            : await client.ProduceAsync("orders", 0, "strange");
}
