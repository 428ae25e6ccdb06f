using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Testing;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Clients over a broker that is not ours, without a host.</summary>
public sealed class StreamLogClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_without_share_groups_says_so()
    {
        await using FakeKafka kafka = await StartAsync(options => options.Versions = KafkaVersions.Kafka30);
        await using StreamLogClient log = await StreamLogClient.StartAsync(
            new WireBroker(kafka.Brokers[0]), cancellationToken: Stop);
        await log.Admin.CreateTopicAsync("jobs", 1, cancellationToken: Stop);
        await using IShareConsumer<string, string> queue = log.Topic<string, string>("jobs").ConsumeShared("workers");

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(async () =>
        {
            await foreach (SharedRecord<string, string> _ in queue.ReadAllAsync(Stop))
            {
            }
        });

        Assert.Equal(ErrorCode.UnsupportedVersion, refused.ErrorCode);
        Assert.Contains("share groups", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Kafka 4.2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_has_the_newer_group_protocol_turned_off_is_spoken_to_by_the_classic_one()
    {
        await using FakeKafka kafka = await StartAsync();
        kafka.Faults.On(ApiKey.ConsumerGroupHeartbeat).Fail(ErrorCode.UnsupportedVersion);
        await using StreamLogClient log = await StreamLogClient.StartAsync(
            new WireBroker(kafka.Brokers[0]), cancellationToken: Stop);
        await log.Admin.CreateTopicAsync("orders", 1, cancellationToken: Stop);
        await log.Topic<string, string>("orders").AppendAsync("k", "1", Stop);

        await using IGroupConsumer<string, string> group = log.Subscribe<string, string>(
            "billing", Subscription.Matching("ord.*"));
        await foreach (Record<string, string> record in group.ReadAllAsync(Stop))
        {
            Assert.Equal("1", record.Value);
            break;
        }

        Assert.Equal(1, kafka.Requests.All.Count(request => request.ApiKey == ApiKey.ConsumerGroupHeartbeat));
    }

    [Fact]
    public async Task Declared_topics_are_created_and_those_that_are_there_brought_in_line()
    {
        await using FakeKafka kafka = await StartAsync();
        await kafka.Log.Admin.CreateTopicAsync("orders", 2, cancellationToken: Stop);
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions { Partitions = 4, Retention = TimeSpan.FromHours(2) };
        options.Topics["bills"] = new TopicOptions
        {
            Cleanup = CleanupPolicy.Compact,
            Durability = Durability.OnCommit,
        };
        await using StreamLogClient log = await StreamLogClient.StartAsync(
            kafka.Brokers[0], options, cancellationToken: Stop);

        Assert.Equal(["bills", "orders"], await log.Admin.ListTopicsAsync(cancellationToken: Stop));
        Assert.Equal(4, (await log.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        Assert.Equal("7200000", (await log.Admin.DescribeConfigsAsync("orders", Stop))["retention.ms"].Value);
        IReadOnlyDictionary<string, ConfigEntry> bills = await log.Admin.DescribeConfigsAsync("bills", Stop);
        Assert.Equal("compact", bills["cleanup.policy"].Value);

        // What an acknowledgement promises is the cluster's to say.
        Assert.True(bills["streamlog.durability"].IsDefault);
    }

    [Fact]
    public async Task A_declaration_that_the_cluster_refuses_is_named()
    {
        await using FakeKafka kafka = await StartAsync();
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions();
        kafka.Faults.On(ApiKey.CreateTopics).Fail(ErrorCode.PolicyViolation);

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => StreamLogClient.StartAsync(kafka.Brokers[0], options, cancellationToken: Stop).AsTask());

        Assert.Equal(ErrorCode.PolicyViolation, refused.ErrorCode);
        Assert.Contains("'orders'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_topic_that_is_named_and_not_there_is_created_only_where_options_say_so(bool isCreated)
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StreamLogClient.StartAsync(
            kafka.Brokers[0], new StreamLogOptions { AutoCreateTopics = isCreated }, cancellationToken: Stop);
        Task append = log.Topic<string, string>("misspelt").AppendAsync("k", "v", Stop).AsTask();

        if (isCreated)
        {
            await append;
        }
        else
        {
            Assert.Equal(
                ErrorCode.UnknownTopicOrPartition,
                (await Assert.ThrowsAsync<StreamLogException>(() => append)).ErrorCode);
        }

        Assert.Equal(isCreated, (await log.Admin.ListTopicsAsync(cancellationToken: Stop)).Contains("misspelt"));
    }

    [Fact]
    public async Task What_only_a_node_has_is_refused_with_what_to_use_instead()
    {
        await using FakeKafka kafka = await StartAsync();
        await using StreamLogClient log = await StreamLogClient.StartAsync(kafka.Brokers[0], cancellationToken: Stop);

        Assert.Contains("IAdmin.ListTopicsAsync", Assert.Throws<NotSupportedException>(() => log.Topics).Message);
        Assert.Contains(
            "IAdmin.DeleteRecordsAsync", Assert.Throws<NotSupportedException>(() => log.Maintenance).Message);
        Assert.Empty(log.Listeners);
        Assert.Empty(log.Health.Handlers);
    }

    [Fact]
    public async Task No_directory_is_made_and_no_listener_opened()
    {
        await using FakeKafka kafka = await StartAsync();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("streamlog-client-");
        try
        {
            using LogLines lines = new();
            using LoggerFactory loggers = new([lines]);
            StreamLogOptions options = new() { DataDirectory = Path.Combine(directory.FullName, "data") };
            options.Components.Add(new NeverStarted());
            await using (StreamLogClient log = await StreamLogClient.StartAsync(
                kafka.Brokers[0], options, loggers, cancellationToken: Stop))
            {
                await log.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
                await log.Topic<string, string>("orders").AppendAsync("k", "v", Stop);
            }

            Assert.Empty(directory.GetFileSystemInfos());
            Assert.Contains(lines.Lines, line => line.StartsWith("9022 1 listeners", StringComparison.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_was_enqueued_is_sent_when_it_is_disposed_and_the_broker_stays_open()
    {
        await using FakeKafka kafka = await StartAsync();
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions();
        options.Producer.Linger = TimeSpan.FromMinutes(1);
        StreamLogClient log = await StreamLogClient.StartAsync(kafka.Brokers[0], options, cancellationToken: Stop);
        await log.Topic<string, string>("orders").EnqueueAsync("k", "v", Stop);
        await log.DisposeAsync();

        TopicPartition orders = new("orders", 0);
        Assert.Equal(
            1, (await kafka.Log.Admin.ListOffsetsAsync([orders], StartAt.Latest, Stop))[orders]);
        Assert.Throws<ObjectDisposedException>(() => log.Topic<string, string>("orders"));
        Assert.Throws<ObjectDisposedException>(() => log.Health);
        await log.DisposeAsync();
    }

    [Fact]
    public async Task Wrong_options_are_refused_before_the_broker_is_asked()
    {
        await using FakeKafka kafka = await StartAsync();
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions();
        options.Producer.MaxInFlight = 0;

        await Assert.ThrowsAsync<OptionsValidationException>(
            () => StreamLogClient.StartAsync(kafka.Brokers[0], options, cancellationToken: Stop).AsTask());

        Assert.DoesNotContain(kafka.Requests.All, request => request.ApiKey == ApiKey.CreateTopics);
    }

    private static Task<FakeKafka> StartAsync(Action<FakeKafkaOptions>? configure = null) => FakeKafka.StartAsync(
        options =>
        {
            options.Listens = false;
            configure?.Invoke(options);
        },
        Stop);

    private sealed class NeverStarted : INodeComponent
    {
        public ValueTask<IAsyncDisposable> StartAsync(INodeServices services, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("There is no node to start it with.");
    }
}
