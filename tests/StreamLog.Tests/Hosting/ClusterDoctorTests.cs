using StreamLog.Kafka;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Whether a cluster answers, of which some brokers do not.</summary>
public sealed class ClusterDoctorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    private readonly SimulatedEnvironment _environment = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_broker_that_hangs_does_not_make_a_cluster_sick()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await using StreamLogClient log = await StartAsync(cluster);
        Assert.Null(await AskAsync(log));
        int asked = kafka.Requests.Of(ApiKey.Metadata)[^1].BrokerId;
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.Metadata).ForBroker(asked).Hold();

        Task<StreamLogException?> asking = AskAsync(log);
        await barrier.WaitUntilEnteredAsync();
        Assert.False(asking.IsCompleted);
        _environment.Time.Advance(Limit / 3);

        Assert.Null(await asking);

        // The next question goes to the one that has answered.
        Assert.Null(await AskAsync(log));
        Assert.Equal(1, barrier.Count);
    }

    [Fact]
    public async Task Two_brokers_that_hang_do_not_make_a_cluster_sick()
    {
        await using FakeKafka kafka = await StartAsync(3);
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.Metadata).Times(2).Hold();
        await using KafkaCluster cluster = Connect(kafka);
        await using StreamLogClient log = await StartAsync(cluster);

        Task<StreamLogException?> asking = AskAsync(log);
        await barrier.WaitUntilEnteredAsync(1);
        _environment.Time.Advance(Limit / 3);
        await barrier.WaitUntilEnteredAsync(2);
        Assert.False(asking.IsCompleted);
        _environment.Time.Advance(Limit / 3);

        Assert.Null(await asking);
        Assert.Equal([1, 2, 3], kafka.Requests.Of(ApiKey.Metadata).Select(one => one.BrokerId).Order());
    }

    [Fact]
    public async Task Brokers_that_hang_or_are_gone_are_named()
    {
        await using FakeKafka kafka = await StartAsync(3);
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.Metadata).Hold();
        await using KafkaCluster cluster = Connect(kafka);
        await using StreamLogClient log = await StartAsync(cluster);
        string[] servers = kafka.BootstrapServers.Split(',');
        await kafka.Brokers[1].StopAsync();

        Task<StreamLogException?> asking = AskAsync(log);
        await barrier.WaitUntilEnteredAsync(1);
        _environment.Time.Advance(Limit / 3);
        await barrier.WaitUntilEnteredAsync(2);
        _environment.Time.Advance(Limit);
        StreamLogException? failure = await asking;

        Assert.NotNull(failure);
        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.StartsWith("None has answered within 00:00:06: ", failure.Message);
        Assert.Contains($"The broker {servers[0]} has not answered yet.", failure.Message);
        Assert.Contains($"The broker {servers[1]} cannot be reached: ", failure.Message);
        Assert.Contains($"The broker {servers[2]} has not answered yet.", failure.Message);
    }

    [Fact]
    public async Task Who_gives_up_hears_no_judgement()
    {
        await using FakeKafka kafka = await StartAsync(1);
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.Metadata).Hold();
        await using KafkaCluster cluster = Connect(kafka);
        await using StreamLogClient log = await StartAsync(cluster);
        using CancellationTokenSource gone = new();
        Task<StreamLogException?> asking = ((IRunningLog)log).FindFailureAsync(Limit, gone.Token).AsTask();
        await barrier.WaitUntilEnteredAsync();

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static Task<FakeKafka> StartAsync(int brokers) =>
        FakeKafka.StartAsync(options => options.BrokerCount = brokers, Stop);

    private static Task<StreamLogException?> AskAsync(StreamLogClient log) =>
        ((IRunningLog)log).FindFailureAsync(Limit, Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Stop);

    private KafkaCluster Connect(FakeKafka kafka) => new(
        new KafkaClusterOptions { BootstrapServers = kafka.BootstrapServers }, time: _environment.Time);

    private ValueTask<StreamLogClient> StartAsync(KafkaCluster cluster) =>
        StreamLogClient.StartAsync(cluster, environment: _environment, cancellationToken: Stop);
}
