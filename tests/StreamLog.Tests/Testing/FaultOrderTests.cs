using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>Several faults for one request: which of them strike, and in which order.</summary>
public sealed class FaultOrderTests : IAsyncLifetime
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    private FakeKafka _kafka = null!;

    private FakeBroker Broker => _kafka.Brokers[0];

    public async ValueTask InitializeAsync()
    {
        _kafka = await FakeKafka.StartAsync(options => options.Listens = false);
        await _kafka.Log.Admin.CreateTopicAsync("orders", 2);
    }

    public ValueTask DisposeAsync() => _kafka.DisposeAsync();

    [Fact]
    public async Task Errors_of_a_partition_follow_one_another_request_by_request()
    {
        FaultScope Next() => _kafka.Faults.On(ApiKey.Produce).ForPartition("orders", 0).Once();
        Fault first = Next().Fail(ErrorCode.NotLeaderOrFollower);
        Fault second = Next().Fail(ErrorCode.KafkaStorageError);
        FaultBarrier barrier = Next().Hold();

        Assert.Equal(ErrorCode.NotLeaderOrFollower, await ProduceAsync());
        Assert.Equal((1, 0, 0), (first.Count, second.Count, barrier.Count));
        Assert.Equal(ErrorCode.KafkaStorageError, await ProduceAsync());
        Task<ErrorCode> held = ProduceAsync();
        await barrier.WaitUntilEnteredAsync();
        barrier.Release();
        Assert.Equal(ErrorCode.None, await held);
    }

    [Fact]
    public async Task A_fault_does_not_strike_for_a_part_that_another_has_refused()
    {
        Fault[] faults = [.. new[] { ErrorCode.OffsetNotAvailable, ErrorCode.KafkaStorageError }.Select(
            error => _kafka.Faults.On(ApiKey.ListOffsets).ForPartition("orders", 0).Once().Fail(error))];

        ErrorCode[][] errors = new ErrorCode[3][];
        for (int i = 0; i < errors.Length; i++)
            errors[i] = await ListOffsetsAsync();

        Assert.Equal(
            [
                [ErrorCode.OffsetNotAvailable, ErrorCode.None],
                [ErrorCode.KafkaStorageError, ErrorCode.None],
                [ErrorCode.None, ErrorCode.None],
            ],
            errors);
        Assert.All(faults, fault => Assert.Equal(1, fault.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Behind_a_fault_that_loses_the_answer_is_the_broker_alone(bool isSwallowed)
    {
        FaultScope scope = _kafka.Faults.On(ApiKey.Produce).Once();
        Fault lost = isSwallowed ? scope.SwallowAnswer() : scope.DisconnectAfter();
        Fault refused = _kafka.Faults.On(ApiKey.Produce).Once().Fail(ErrorCode.KafkaStorageError);

        Task<ErrorCode> sending = ProduceAsync();
        await lost.WaitAsync();
        lost.Lift();

        Assert.Equal(
            ErrorCode.NetworkException, (await Assert.ThrowsAsync<StreamLogException>(() => sending)).ErrorCode);
        Assert.Equal((0, 1), (refused.Count, _kafka.Log.Topics.Single().Partitions[0].LogEndOffset));
        Assert.Equal(ErrorCode.KafkaStorageError, await ProduceAsync());
    }

    [Fact]
    public async Task An_answer_that_is_not_made_leaves_the_request_to_the_next_fault_and_is_there_still()
    {
        Fault answer = _kafka.Faults.On(ApiKey.DescribeConfigs).Once()
            .Answer<DescribeConfigsRequest, DescribeConfigsResponse>(
                request => request.IncludeSynonyms ? new DescribeConfigsResponse { ThrottleTimeMs = 7 } : null);
        Fault next = _kafka.Faults.On(ApiKey.DescribeConfigs).Once()
            .Answer<DescribeConfigsRequest, DescribeConfigsResponse>(
                _ => new DescribeConfigsResponse { ThrottleTimeMs = 9 });

        Assert.Equal(9, await DescribeAsync(synonyms: false));
        Assert.Equal((0, 1), (answer.Count, next.Count));
        Assert.Equal(7, await DescribeAsync(synonyms: true));
        Assert.Equal(0, await DescribeAsync(synonyms: true));
    }

    [Fact]
    public async Task An_answer_that_fails_has_struck()
    {
        Fault fault = _kafka.Faults.On(ApiKey.DescribeConfigs).Once()
            .Answer<DescribeConfigsRequest, DescribeConfigsResponse>(
                _ => throw new StreamLogException(ErrorCode.NetworkException, "gone"));

        await Assert.ThrowsAsync<StreamLogException>(() => DescribeAsync(synonyms: false));

        Assert.Equal((1, 0), (fault.Count, await DescribeAsync(synonyms: false)));
    }

    [Fact]
    public async Task A_change_waits_for_an_answer_of_its_type()
    {
        Fault fault = _kafka.Faults.On().Once().Change<DescribeConfigsResponse>(
            response => response.ThrottleTimeMs = 7);

        await ListOffsetsAsync();

        Assert.Equal(0, fault.Count);
        Assert.Equal(7, await DescribeAsync(synonyms: false));
        Assert.Equal(0, await DescribeAsync(synonyms: false));
    }

    private async Task<ErrorCode> ProduceAsync()
    {
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        return BrokerHarness.Single(await Broker.SendAsync(request, Client, CancellationToken.None)).ErrorCode;
    }

    private async Task<ErrorCode[]> ListOffsetsAsync()
    {
        ListOffsetsRequest request = new()
        {
            Topics =
            [
                new()
                {
                    Name = "orders",
                    Partitions =
                    [
                        new() { PartitionIndex = 0, Timestamp = -1 },
                        new() { PartitionIndex = 1, Timestamp = -1 },
                    ],
                },
            ],
        };
        ListOffsetsResponse response = await Broker.SendAsync(request, Client, CancellationToken.None);
        return [.. response.Topics.SelectMany(topic => topic.Partitions)
            .OrderBy(partition => partition.PartitionIndex).Select(partition => partition.ErrorCode)];
    }

    private async Task<int> DescribeAsync(bool synonyms) =>
        (await Broker.SendAsync(
            new DescribeConfigsRequest { IncludeSynonyms = synonyms }, Client, CancellationToken.None))
        .ThrottleTimeMs;
}
