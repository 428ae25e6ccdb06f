using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Clusters in which the controller alone changes what there is, as in those with ZooKeeper.</summary>
public sealed class ControllerTests : ClusterTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whoever_is_asked_first_the_controller_does_it(int first)
    {
        await using FakeKafka kafka = await StartAsync(3);
        string server = kafka.BootstrapServers.Split(',')[first];
        int controller;
        await using (KafkaCluster other = Connect(server))
            controller = (await SendAsync(other, new MetadataRequest())).ControllerId;
        foreach (FakeBroker broker in kafka.Brokers.Where(broker => broker.NodeId != controller))
            kafka.Faults.On(ApiKey.CreateTopics).ForBroker(broker.NodeId).Fail(ErrorCode.NotController);
        await using KafkaCluster cluster = Connect(server);

        await CreateAsync(cluster, "orders", 1);
    }

    [Fact]
    public async Task A_controller_that_is_none_any_more_is_not_asked_again()
    {
        await using FakeKafka kafka = await StartAsync(3);
        await using KafkaCluster cluster = Connect(kafka);
        await SendAsync(cluster, new MetadataRequest());
        kafka.Faults.On(ApiKey.CreateTopics).Times(1).Fail(ErrorCode.NotController);

        await CreateAsync(cluster, "orders", 1);
    }
}
