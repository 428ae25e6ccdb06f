using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamLog.Protocol;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>An application with a host that moves from its embedded node to a cluster behind sockets.</summary>
public sealed class ConnectToKafkaTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task All_that_an_application_does_it_does_on_the_cluster(int brokers)
    {
        await using FakeKafka kafka = await StartAsync(brokers);
        Handler handler = new();
        using IHost host = Build(
            services => services.AddStreamLog(options => options.Consumer.Isolation = IsolationLevel.ReadCommitted)
                .ConnectToKafka(kafka.BootstrapServers)
                .AddTopic<string, string>("orders", topic =>
                {
                    topic.Partitions = 4;
                    topic.Retention = TimeSpan.FromHours(3);
                })
                .AddTopic<string, string>("bills")
                .AddHandler<string, string>("orders", "billing", handler.HandleAsync));
        await host.StartAsync(Stop);
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        ITopic<string, string> orders = host.Services.GetRequiredKeyedService<ITopic<string, string>>("orders");

        for (int i = 0; i < 20; i++)
            await orders.AppendAsync($"customer-{i}", $"{i}", Stop);
        await handler.CountAsync(20);
        await TransactAsync(log);

        Assert.Equal(4, (await log.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        Assert.Equal("10800000", (await log.Admin.DescribeConfigsAsync("orders", Stop))["retention.ms"].Value);
        Assert.Equal(["committed"], await ReadAsync(log.Topic<string, string>("bills")));
        Assert.Equal("billing", Assert.Single(log.Health.Handlers).Group);
        await host.StopAsync(Stop);

        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
            await kafka.Log.Admin.ListGroupOffsetsAsync("billing", Stop);
        Assert.Equal(20, committed.Values.Sum(offset => offset.Offset));
    }

    [Fact]
    public async Task Two_applications_share_the_topics_of_a_group()
    {
        await using FakeKafka kafka = await StartAsync(2);
        Handler first = new();
        Handler second = new();
        using IHost one = Build(services => Add(services, first));
        using IHost two = Build(services => Add(services, second));
        await one.StartAsync(Stop);
        await two.StartAsync(Stop);
        ITopic<string, string> orders = one.Services.GetRequiredService<ITopic<string, string>>();
        for (int i = 0; first.Values.IsEmpty || second.Values.IsEmpty; i++)
            await orders.AppendAsync($"customer-{i}", $"{i}", Stop);

        await one.StopAsync(Stop);
        await two.StopAsync(Stop);

        void Add(IServiceCollection services, Handler handler) => services.AddStreamLog()
            .ConnectToKafka(options => options.BootstrapServers = kafka.BootstrapServers)
            .AddTopic<string, string>("orders", topic => topic.Partitions = 4)
            .AddHandler<string, string>("orders", "billing", handler.HandleAsync);
    }

    [Fact]
    public async Task One_line_of_configuration_is_the_move()
    {
        await using FakeKafka kafka = await StartAsync(1);
        foreach (string bootstrap in new[] { kafka.BootstrapServers, "", kafka.BootstrapServers })
        {
            using IHost host = Build(
                services => services.AddStreamLog().ConnectToKafka().AddTopic<string, string>("orders"),
                ("StreamLog:InMemory", "true"),
                ("StreamLog:Kafka:BootstrapServers", bootstrap));
            await host.StartAsync(Stop);
            await host.Services.GetRequiredService<ITopic<string, string>>().AppendAsync("k", "v", Stop);
            IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
            Assert.Equal(["orders"], await log.Admin.ListTopicsAsync(cancellationToken: Stop));
            await host.StopAsync(Stop);
        }

        TopicPartition partition = new("orders", 0);
        Assert.Equal(
            2, (await kafka.Log.Admin.ListOffsetsAsync([partition], StartAt.Latest, Stop))[partition]);
    }

    [Fact]
    public async Task A_node_with_a_name_has_a_section_of_its_own()
    {
        await using FakeKafka kafka = await StartAsync(1);
        using IHost host = Build(
            services =>
            {
                services.AddStreamLog().ConnectToKafka().AddTopic<string, string>("orders");
                services.AddStreamLog("audit").ConnectToKafka().AddTopic<string, string>("entries");
            },
            ("StreamLog:InMemory", "true"),
            ("StreamLog:audit:Kafka:BootstrapServers", kafka.BootstrapServers));
        await host.StartAsync(Stop);
        await host.StopAsync(Stop);

        Assert.Equal(["entries"], await kafka.Log.Admin.ListTopicsAsync(cancellationToken: Stop));
    }

    [Fact]
    public void Every_setting_is_read_and_code_comes_after()
    {
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["StreamLog:Kafka:BootstrapServers"] = "a:1,b:2",
                ["StreamLog:Kafka:Tls"] = "true",
                ["StreamLog:Kafka:SaslMechanism"] = "PLAIN",
                ["StreamLog:Kafka:UserName"] = "ann",
                ["StreamLog:Kafka:Password"] = "secret",
                ["StreamLog:Kafka:ConnectTimeout"] = "00:00:01",
                ["StreamLog:Kafka:RequestTimeout"] = "00:00:02",
                ["StreamLog:Kafka:IdleTimeout"] = "00:00:03",
                ["StreamLog:Kafka:MetadataMaxAge"] = "00:00:04",
            }).Build());
        services.AddStreamLog().ConnectToKafka().ConnectToKafka(options => options.UserName = "bob");
        using ServiceProvider provider = services.BuildServiceProvider();

        KafkaClusterOptions options = provider
            .GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<KafkaClusterOptions>>().Get("");

        Assert.Equal(("a:1,b:2", "PLAIN", "bob", "secret"),
            (options.BootstrapServers, options.SaslMechanism, options.UserName, options.Password));
        Assert.NotNull(options.Tls);
        Assert.Equal(
            (1.0, 2.0, 3.0, 4.0),
            (options.ConnectTimeout.TotalSeconds, options.RequestTimeout.TotalSeconds,
                options.IdleTimeout.TotalSeconds, options.MetadataMaxAge.TotalSeconds));
    }

    [Theory]
    [InlineData("BootstrapServer", "a:1", "StreamLog:Kafka:BootstrapServer is no setting")]
    [InlineData("Tls", "perhaps", "StreamLog:Kafka:Tls is 'perhaps', which is not true or false")]
    [InlineData("Tls:Authority", "a.pem", "StreamLog:Kafka:Tls:Authority is no setting")]
    [InlineData("Tls:CertificateAuthorityFile", "none.pem",
        "StreamLog:Kafka:Tls: CertificateAuthorityFile is 'none.pem', which cannot be read: ")]
    [InlineData("Tls:KeyFile", "own.key", "StreamLog:Kafka:Tls: There is a key for TLS and no certificate.")]
    [InlineData("RequestTimeout", "soon", "StreamLog:Kafka:RequestTimeout is 'soon', which is not a time")]
    [InlineData("BootstrapServers", "nowhere:port", "nowhere:port")]
    public async Task What_is_wrong_fails_the_start_and_is_named(string setting, string value, string message)
    {
        using IHost host = Build(
            services => services.AddStreamLog().ConnectToKafka(),
            ("StreamLog:InMemory", "true"),
            ($"StreamLog:Kafka:{setting}", value));

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(() => host.StartAsync(Stop));

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_check_tells_whether_the_cluster_answers()
    {
        await using FakeKafka kafka = await StartAsync(2);
        using IHost host = Build(services =>
        {
            services.AddStreamLog().ConnectToKafka(kafka.BootstrapServers);
            services.AddHealthChecks().AddStreamLog();
        });
        await host.StartAsync(Stop);
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Stop)).Status);

        await kafka.Brokers[0].StopAsync();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(Stop)).Status);
        await kafka.Brokers[1].StopAsync();
        HealthReportEntry sick = (await health.CheckHealthAsync(Stop)).Entries["StreamLog"];
        await kafka.Brokers[1].StartAsync();
        while ((await health.CheckHealthAsync(Stop)).Status != HealthStatus.Healthy)
            await Task.Yield();

        Assert.Equal(HealthStatus.Unhealthy, sick.Status);
        Assert.StartsWith(
            "No broker of the cluster that was asked answers: ", sick.Description, StringComparison.Ordinal);
        Assert.IsType<StreamLogException>(sick.Exception, exactMatch: false);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task The_health_check_waits_for_no_longer_than_it_may()
    {
        await using FakeKafka kafka = await StartAsync(1);
        using IHost host = Build(services =>
        {
            services.AddStreamLog().ConnectToKafka(kafka.BootstrapServers);
            services.AddStreamLog("other").ConnectToKafka(kafka.BootstrapServers);
            services.AddHealthChecks()
                .AddStreamLog(configure: options => options.ClusterTimeout = TimeSpan.FromMilliseconds(200))
                .AddStreamLog("other", options => options.ClusterTimeout = null);
        });
        await host.StartAsync(Stop);
        kafka.Faults.On(ApiKey.Metadata).ForClient("streamlog-health").Swallow();

        HealthReport report =
            await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Stop);

        Assert.Equal(
            "No broker of the cluster that was asked answers: None has answered within 00:00:00.2000000: "
            + $"The broker {kafka.BootstrapServers} has not answered yet.",
            report.Entries["StreamLog"].Description);
        Assert.Equal(HealthStatus.Healthy, report.Entries["StreamLog:other"].Status);
        await host.StopAsync(Stop);
    }

    private static Task<FakeKafka> StartAsync(int brokers) => FakeKafka.StartAsync(
        options =>
        {
            options.BrokerCount = brokers;
            options.AutoCreateTopics = false;
        },
        Stop);

    private static async Task TransactAsync(IStreamLog log)
    {
        await using ITransactionalProducer transactions = log.CreateTransactionalProducer("app");
        IProducer<string, string> producer = transactions.CreateProducer<string, string>();
        foreach (string value in new[] { "committed", "aborted" })
        {
            await using ITransaction transaction = await transactions.BeginAsync(Stop);
            await producer.AppendAsync("bills", new ProducerRecord<string, string>("k", value), Stop);
            if (value == "committed")
                await transaction.CommitAsync(Stop);
        }
    }

    private static async Task<List<string>> ReadAsync(ITopic<string, string> topic)
    {
        // The marks of transactions are written behind their ends.
        List<string> values = [];
        while (values.Count == 0)
        {
            await foreach (Record<string, string> record in
                topic.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            {
                values.Add(record.Value);
            }
        }

        return values;
    }

    private static IHost Build(
        Action<IServiceCollection> configure, params (string Key, string? Value)[] configuration)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            configuration.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        configure(builder.Services);
        return builder.Build();
    }

    private sealed class Handler
    {
        private readonly Channel<string> _handled = Channel.CreateUnbounded<string>();

        public ConcurrentQueue<string> Values { get; } = new();

        public ValueTask HandleAsync(Record<string, string> record, CancellationToken cancellationToken)
        {
            Values.Enqueue(record.Value);
            return _handled.Writer.WriteAsync(record.Value, CancellationToken.None);
        }

        public async Task CountAsync(int count)
        {
            for (int i = 0; i < count; i++)
                await _handled.Reader.ReadAsync(Stop);
        }
    }
}
