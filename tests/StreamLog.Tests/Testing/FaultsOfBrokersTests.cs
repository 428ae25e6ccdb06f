using StreamLog.Protocol;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>The package's own clients of a fake with several brokers meet the faults for the broker that a request
/// concerns.</summary>
public sealed class FaultsOfBrokersTests : IAsyncLifetime
{
    private FakeKafka _kafka = null!;

    public async ValueTask InitializeAsync()
    {
        _kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 2;
            options.Listens = false;
        });
        await _kafka.Log.Admin.CreateTopicAsync("orders", 2);
        await _kafka.MoveLeaderAsync("orders", 0, 1);
        await _kafka.MoveLeaderAsync("orders", 1, 2);
    }

    public ValueTask DisposeAsync() => _kafka.DisposeAsync();

    [Fact]
    public async Task A_producer_meets_those_of_the_leader()
    {
        Fault fault = _kafka.Faults.On(ApiKey.Produce).ForBroker(2).Times(2).Fail(ErrorCode.NotLeaderOrFollower);

        await AppendAsync(0, "a");
        Assert.Equal(0, fault.Count);
        await AppendAsync(1, "b");

        Assert.Equal(2, fault.Count);
        Assert.Equal([1, 2, 2, 2], _kafka.Requests.Of(ApiKey.Produce).Select(request => request.BrokerId));
    }

    [Fact]
    public async Task A_read_of_several_brokers_meets_those_of_each_for_its_part()
    {
        await AppendAsync(0, "a");
        await AppendAsync(1, "b");
        Fault fault = _kafka.Faults.On(ApiKey.Fetch).ForBroker(2).Once().Fail(ErrorCode.KafkaStorageError);

        List<string> read = [];
        await foreach (Record<string, string> record in Topic.ReadAsync(StartAt.Earliest))
        {
            read.Add(record.Value);
            if (read.Count == 2)
                break;
        }

        Assert.Equal(["a", "b"], read.Order());
        Assert.Equal(1, fault.Count);
        Assert.All(
            _kafka.Requests.Of(ApiKey.Fetch),
            fetch => Assert.Equal([fetch.BrokerId - 1], fetch.Targets.Select(target => target.Partition)));
    }

    [Fact]
    public async Task A_read_that_waits_at_one_broker_ends_with_records_of_another()
    {
        IConsumer<string, string> consumer = _kafka.Log.CreateConsumer<string, string>(
            options => options.FetchMaxWait = TimeSpan.FromHours(1));
        await using (consumer)
        {
            await consumer.AssignAsync([new("orders", 0), new("orders", 1)], StartAt.Earliest);
            IAsyncEnumerator<Record<string, string>> records = consumer.ReadAllAsync().GetAsyncEnumerator();
            Task<bool> reading = records.MoveNextAsync().AsTask();
            await _kafka.Requests.WaitForAsync(ApiKey.Fetch, count: 2);

            await AppendAsync(1, "b");

            Assert.True(await reading.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal("b", records.Current.Value);
            await records.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_several_brokers_are_asked_is_lost_for_the_one_that_a_fault_cuts_off()
    {
        await AppendAsync(1, "b");
        Fault fault = _kafka.Faults.On(ApiKey.ListOffsets).ForBroker(2).Once().Disconnect();

        IReadOnlyDictionary<TopicPartition, long> offsets = await _kafka.Log.Admin.ListOffsetsAsync(
            [new("orders", 0), new("orders", 1)], StartAt.Latest);

        Assert.Equal(1, fault.Count);
        Assert.Equal((0, 1), (offsets[new("orders", 0)], offsets[new("orders", 1)]));
        Assert.Contains(
            _kafka.Requests.Of(ApiKey.ListOffsets),
            request => request.BrokerId == 1 && request.Targets.Single().Partition == 0);
    }

    [Fact]
    public async Task Groups_and_transactional_ids_meet_those_of_their_coordinators()
    {
        await _kafka.MoveGroupCoordinatorAsync("billing", 2);
        await _kafka.MoveTransactionCoordinatorAsync("tx", 1);
        Fault group = _kafka.Faults.On(ApiKey.OffsetFetch).ForBroker(2).Once().Disconnect();
        Fault other = _kafka.Faults.On(ApiKey.InitProducerId).ForBroker(2).Disconnect();
        Fault transaction = _kafka.Faults.On(ApiKey.InitProducerId).ForBroker(1).Once().Disconnect();

        await _kafka.Log.Admin.ListGroupOffsetsAsync("billing");
        await using (ITransactionalProducer producer = _kafka.Log.CreateTransactionalProducer("tx"))
        {
            await using ITransaction begun = await producer.BeginAsync();
        }

        Assert.Equal((1, 0, 1), (group.Count, other.Count, transaction.Count));
    }

    [Fact]
    public async Task What_any_broker_can_answer_meets_the_faults_of_none()
    {
        _kafka.Requests.Clear();
        _kafka.Faults.On().ForBroker(1).Disconnect();
        _kafka.Faults.On().ForBroker(2).Disconnect();

        Assert.Contains("orders", await _kafka.Log.Admin.ListTopicsAsync());

        Assert.All(_kafka.Requests.All, request => Assert.Equal(-1, request.BrokerId));
    }

    [Fact]
    public async Task A_queue_at_several_brokers_meets_those_of_all_though_it_names_its_partitions_once()
    {
        await using IShareConsumer<string, string> consumer = Topic.ConsumeShared("queue");
        await AppendAsync(0, "a");
        IAsyncEnumerator<SharedRecord<string, string>> records = consumer.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await records.MoveNextAsync());

        using FaultBarrier barrier = _kafka.Faults.On(ApiKey.ShareFetch).ForBroker(2).Hold();
        ValueTask<bool> reading = records.MoveNextAsync();
        await barrier.WaitUntilEnteredAsync();
        barrier.Release();
        await AppendAsync(1, "b");

        Assert.True(await reading);
        Assert.Equal("b", records.Current.Value);
        await records.DisposeAsync();
    }

    [Fact]
    public async Task A_broker_that_is_cut_off_is_out_of_their_reach_too()
    {
        await _kafka.Brokers[1].CutOffAsync();
        await AppendAsync(0, "a");
        Task append = AppendAsync(1, "b");
        await _kafka.Requests.WaitForAsync(request => request is { ApiKey: ApiKey.Produce, BrokerId: 2 }, count: 2);
        Assert.False(append.IsCompleted);

        await _kafka.Brokers[1].StartAsync();

        await append;
    }

    private ITopic<string, string> Topic => _kafka.Log.Topic<string, string>("orders");

    private Task AppendAsync(int partition, string value) =>
        Topic.AppendAsync(new("k", value) { Partition = partition }).AsTask();
}
