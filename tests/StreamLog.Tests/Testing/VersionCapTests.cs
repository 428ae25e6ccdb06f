using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Testing;

/// <summary>What an older Kafka does not speak, it does not speak to clients in this process either.</summary>
public sealed class VersionCapTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_API_that_is_left_out_is_refused(int brokers)
    {
        await using FakeKafka kafka = await StartAsync(KafkaVersions.All.Without(ApiKey.DeleteRecords), brokers);
        await kafka.Log.Admin.CreateTopicAsync("orders", 1);

        StreamLogException byBroker = await Assert.ThrowsAsync<StreamLogException>(
            () => kafka.Brokers[0].SendAsync(new DeleteRecordsRequest(), Client, CancellationToken.None).AsTask());
        StreamLogException byAdmin = await Assert.ThrowsAsync<StreamLogException>(
            () => kafka.Log.Admin.DeleteRecordsAsync(
                new Dictionary<TopicPartition, long> { [new("orders", 0)] = 0 }).AsTask());

        Assert.Equal(ErrorCode.UnsupportedVersion, byBroker.ErrorCode);
        Assert.Equal(ErrorCode.UnsupportedVersion, byAdmin.ErrorCode);
        Assert.Empty(kafka.Requests.Of(ApiKey.DeleteRecords));
        foreach (FakeBroker broker in kafka.Brokers)
            broker.Versions = KafkaVersions.All;
        await kafka.Log.Admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [new("orders", 0)] = 0 });
    }

    [Fact]
    public async Task Clients_of_the_package_go_by_what_all_brokers_speak()
    {
        await using FakeKafka kafka = await StartAsync(KafkaVersions.All, brokers: 2);
        await kafka.Log.Admin.CreateTopicAsync("orders", 1);
        kafka.Brokers[1].Versions = KafkaVersions.Kafka25;

        await using ITransactionalProducer producer = kafka.Log.CreateTransactionalProducer("tx");
        IProducer<string, string> orders = producer.CreateProducer<string, string>();
        for (int i = 0; i < 2; i++)
        {
            await using ITransaction transaction = await producer.BeginAsync();
            await orders.AppendAsync("orders", new ProducerRecord<string, string>("k", "v"));
            await transaction.CommitAsync();
        }

        // By the versions of Kafka 2.5 partitions join a transaction by requests of their own.
        Assert.NotEmpty(kafka.Requests.Of(ApiKey.AddPartitionsToTxn));
    }

    [Fact]
    public async Task Members_of_groups_speak_the_protocol_that_there_is()
    {
        await using FakeKafka kafka = await StartAsync(KafkaVersions.Kafka30, brokers: 1);
        ITopic<string, string> topic = kafka.Log.Topic<string, string>("orders");
        await topic.AppendAsync("k", "v");

        await foreach (Record<string, string> record in topic.Consume("billing").ReadAllAsync())
        {
            Assert.Equal("v", record.Value);
            break;
        }

        Assert.NotEmpty(kafka.Requests.Of(ApiKey.JoinGroup));
        Assert.Empty(kafka.Requests.Of(ApiKey.ConsumerGroupHeartbeat));
    }

    [Fact]
    public async Task Releases_differ_in_what_they_have_and_in_what_they_have_no_more()
    {
        await using FakeKafka kafka = await StartAsync(KafkaVersions.All, brokers: 1);
        string? Range(KafkaVersions versions, ApiKey apiKey)
        {
            kafka.Brokers[0].Versions = versions;
            return kafka.Brokers[0].SupportedApis.Where(api => api.ApiKey == apiKey)
                .Select(api => $"{api.MinVersion}-{api.MaxVersion}").SingleOrDefault();
        }

        Assert.Equal("0-11", Range(KafkaVersions.Kafka28, ApiKey.Metadata));
        Assert.Null(Range(KafkaVersions.Kafka30, ApiKey.DescribeQuorum));
        Assert.Equal("0-1", Range(KafkaVersions.Kafka33, ApiKey.DescribeQuorum));
        Assert.Null(Range(KafkaVersions.Kafka33, ApiKey.DescribeUserScramCredentials));
        Assert.Equal("0-0", Range(KafkaVersions.Kafka37, ApiKey.ConsumerGroupHeartbeat));
        Assert.Equal("0-4", Range(KafkaVersions.Kafka39, ApiKey.EndTxn));
        Assert.Equal("0-5", Range(KafkaVersions.Kafka40, ApiKey.EndTxn));
        Assert.Equal("1-9", Range(KafkaVersions.Kafka40, ApiKey.OffsetFetch));
        Assert.Equal("2-9", Range(KafkaVersions.Kafka40, ApiKey.JoinGroup));
        Assert.Equal("0-9", Range(KafkaVersions.Kafka41, ApiKey.JoinGroup));
        Assert.Null(Range(KafkaVersions.Kafka40, ApiKey.ShareFetch));
        Assert.Equal("1-1", Range(KafkaVersions.Kafka41, ApiKey.ShareFetch));
    }

    private static Task<FakeKafka> StartAsync(KafkaVersions versions, int brokers) => FakeKafka.StartAsync(options =>
    {
        options.BrokerCount = brokers;
        options.Versions = versions;
        options.Listens = false;
    });
}
