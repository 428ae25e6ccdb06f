using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>A node in a host: what is registered, injected, started and stopped.</summary>
public sealed partial class HostTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-host-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Without_configuration_it_is_durable_below_the_content_root()
    {
        using IHost host = Build(services => services.AddStreamLog());

        await host.StartAsync();

        Assert.True(File.Exists(Path.Combine(_directory.FullName, "streamlog-data", "meta.properties")));
        await host.StopAsync();
    }

    [Fact]
    public async Task An_injected_topic_appends_and_reads_and_keeps_its_records()
    {
        for (int run = 1; run <= 2; run++)
        {
            using IHost host = Build(services => services.AddStreamLog().AddTopic<string, Order>("orders", topic =>
            {
                topic.Partitions = 3;
                topic.Key(order => order.Customer).Json(HostJson.Default);
            }));
            await host.StartAsync();
            ITopic<string, Order> orders = host.Services.GetRequiredService<ITopic<string, Order>>();

            LogPosition position = await orders.AppendAsync(new Order($"customer-{run}", run));

            Assert.Equal("orders", position.Topic);
            List<Record<string, Order>> read = await ReadAsync(orders);
            Assert.Equal(run, read.Count);
            Assert.Contains(read, record => record.Key == "customer-1" && record.Value == new Order("customer-1", 1));
            Assert.Equal(3, TopicOf(host, "orders").Partitions.Count);
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task Options_come_from_the_section_StreamLog_and_code_comes_after_it()
    {
        const string Settings =
            """
            { "StreamLog": { "InMemory": true, "DefaultPartitions": 4, "NodeId": 3,
                             "Topics": { "orders": { "Configs": { "segment.bytes": "1048576" } }, "returns": {} } } }
            """;
        using IHost host = Build(
            services => services.AddStreamLog(options => options.NodeId = 5)
                .AddTopic<string, string>("orders", topic => topic.Partitions = 2),
            Settings);
        await host.StartAsync();
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();

        Assert.Equal(2, TopicOf(host, "orders").Partitions.Count);
        Assert.Equal(4, TopicOf(host, "returns").Partitions.Count);
        Assert.All(TopicOf(host, "orders").Partitions, partition => Assert.Equal(5, partition.LeaderId));
        Assert.Equal("1048576", (await log.Admin.DescribeConfigsAsync("orders"))["segment.bytes"].Value);
        Assert.Empty(_directory.GetFileSystemInfos());
        await host.StopAsync();
    }

    [Fact]
    public async Task Settings_of_a_topic_extend_those_of_the_node()
    {
        const string Settings =
            """
            { "StreamLog": { "InMemory": true, "Log": { "SegmentBytes": 5000000, "MaxMessageBytes": 3000 },
                             "Topics": { "orders": { "MaxMessageBytes": 4000, "Retention": "1.00:00:00" } } } }
            """;
        using IHost host = Build(
            services => services.AddStreamLog().AddTopic<string, string>("orders", topic =>
            {
                topic.Cleanup = CleanupPolicy.Compact;
                topic.Configs["min.compaction.lag.ms"] = "60000";
            }),
            Settings);
        await host.StartAsync();

        IReadOnlyDictionary<string, ConfigEntry> configs =
            await host.Services.GetRequiredService<IStreamLog>().Admin.DescribeConfigsAsync("orders");

        Assert.Equal("5000000", configs["segment.bytes"].Value);
        Assert.Equal("4000", configs["max.message.bytes"].Value);
        Assert.Equal("86400000", configs["retention.ms"].Value);
        Assert.Equal("compact", configs["cleanup.policy"].Value);
        Assert.Equal("60000", configs["min.compaction.lag.ms"].Value);
        await host.StopAsync();
    }

    [Fact]
    public async Task Options_can_come_from_another_section_and_from_services()
    {
        const string Settings =
            """{ "StreamLog": { "NodeId": -1 }, "Audit": { "Log": { "InMemory": true, "NodeId": 6 } } }""";
        using IHost host = Build((services, configuration) =>
        {
            services.AddSingleton(new Order("partitions", 5));
            services.AddStreamLog(configuration.GetSection("Audit:Log"));
            services.AddStreamLog((provider, options) =>
                options.DefaultPartitions = provider.GetRequiredService<Order>().Count);
        }, Settings);
        await host.StartAsync();
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();

        await log.Admin.CreateTopicAsync("orders");

        Assert.Equal(5, TopicOf(host, "orders").Partitions.Count);
        Assert.Equal(6, TopicOf(host, "orders").Partitions[0].LeaderId);
        await host.StopAsync();
    }

    [Fact]
    public async Task Wrong_options_stop_the_host_with_their_names()
    {
        using IHost host = Build(
            (services, configuration) => services.AddStreamLog(configuration.GetSection("Audit:Log")),
            """{ "Audit": { "Log": { "NodeId": -1, "Producer": { "MaxInFlight": 9 } } } }""");

        OptionsValidationException exception =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(2, exception.Failures.Count());
        Assert.Contains("Audit:Log:NodeId must be between 0 and", exception.Message);
        Assert.Contains("Audit:Log:Producer:MaxInFlight must be between 1 and 5", exception.Message);
        Assert.Empty(_directory.GetFileSystemInfos());
    }

    [Fact]
    public async Task Two_topics_of_the_same_types_are_injected_by_name_alone()
    {
        using IHost host = Build(services => services.AddStreamLog(InMemory)
            .AddTopic<string, string>("orders").AddTopic<string, string>("returns").AddTopic<string, long>("counts"));
        await host.StartAsync();

        await host.Services.GetRequiredKeyedService<ITopic<string, string>>("orders").AppendAsync("a", "an order");
        await host.Services.GetRequiredKeyedService<ITopic<string, string>>("returns").AppendAsync("a", "a return");
        await host.Services.GetRequiredService<ITopic<string, long>>().AppendAsync("a", 1);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => host.Services.GetRequiredService<ITopic<string, string>>());

        Assert.Contains("The topics 'orders', 'returns' are all ITopic<String, String>", exception.Message);
        Assert.Contains("[FromKeyedServices(\"orders\")]", exception.Message);
        Record<string, string> returned = Assert.Single(
            await ReadAsync(host.Services.GetRequiredKeyedService<ITopic<string, string>>("returns")));
        Assert.Equal("a return", returned.Value);
        await host.StopAsync();
    }

    [Fact]
    public void A_topic_that_is_added_twice_is_refused()
    {
        IStreamLogBuilder builder = new ServiceCollection().AddStreamLog().AddTopic<string, string>("orders");

        Assert.Contains("'orders' is added twice", Assert.Throws<InvalidOperationException>(
            () => builder.AddTopic<string, long>("orders")).Message);
    }

    [Fact]
    public void A_topic_of_types_that_nothing_codes_is_refused_with_the_remedy()
    {
        IStreamLogBuilder builder = new ServiceCollection().AddStreamLog();

        Assert.Contains("values of topic 'orders', of type Order, are coded. Call Json",
            Assert.Throws<InvalidOperationException>(() => builder.AddTopic<string, Order>("orders")).Message);
        Assert.Contains("[JsonSerializable(typeof(DateOnly))]", Assert.Throws<ArgumentException>(
            () => builder.AddTopic<string, DateOnly>("orders", topic => topic.Json(HostJson.Default))).Message);
    }

    [Fact]
    public async Task Hosted_services_can_use_it_from_their_start_to_their_stop()
    {
        StringBuilder seen = new();
        using IHost host = Build(services =>
        {
            services.AddSingleton(seen);
            services.AddHostedService<Worker>(); // Registered before the log, and still served by it.
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders");
        });

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal("started stopped", seen.ToString());
    }

    [Fact]
    public void Used_before_the_host_has_started_it_says_so()
    {
        using IHost host = Build(services => services.AddStreamLog(InMemory).AddTopic<string, string>("orders"));
        IStreamLog log = host.Services.GetRequiredService<IStreamLog>();
        ITopic<string, string> orders = host.Services.GetRequiredService<ITopic<string, string>>();

        Assert.Contains("has not started yet", Assert.Throws<InvalidOperationException>(() => log.Admin).Message);
        Assert.Throws<InvalidOperationException>(() => orders.TryEnqueue("a", "b"));
    }

    [Fact]
    public async Task Added_twice_it_is_one_node()
    {
        using IHost host = Build(services =>
        {
            services.AddStreamLog(InMemory);
            services.AddStreamLog(options => options.DefaultPartitions = 2);
        });
        await host.StartAsync();

        Assert.Single(host.Services.GetServices<IHostedService>());
        await host.Services.GetRequiredService<IStreamLog>().Admin.CreateTopicAsync("orders");
        Assert.Equal(2, TopicOf(host, "orders").Partitions.Count);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_topic_that_is_there_grows_to_its_declaration_and_never_shrinks()
    {
        foreach ((int declared, int expected) in new[] { (2, 2), (4, 4), (3, 4) })
        {
            using IHost host = Build(services => services.AddStreamLog().AddTopic<string, string>("orders", topic =>
            {
                topic.Partitions = declared;
                topic.Configs["segment.bytes"] = $"{declared * 1_000_000}";
            }));
            await host.StartAsync();

            Assert.Equal(expected, TopicOf(host, "orders").Partitions.Count);
            IReadOnlyDictionary<string, ConfigEntry> configs =
                await host.Services.GetRequiredService<IStreamLog>().Admin.DescribeConfigsAsync("orders");
            Assert.Equal($"{declared * 1_000_000}", configs["segment.bytes"].Value);
            await host.StopAsync();
        }
    }

    private static void InMemory(StreamLogOptions options) => options.InMemory = true;

    private static Topic TopicOf(IHost host, string name) =>
        host.Services.GetRequiredService<IStreamLog>().Topics.Single(topic => topic.Name == name);

    private static async Task<List<Record<TKey, TValue>>> ReadAsync<TKey, TValue>(ITopic<TKey, TValue> topic)
    {
        List<Record<TKey, TValue>> records = [];
        await foreach (Record<TKey, TValue> record in topic.ReadAsync(StartAt.Earliest))
            records.Add(record);
        return records;
    }

    private IHost Build(Action<IServiceCollection> configure, string settings = "{}") =>
        Build((services, _) => configure(services), settings);

    private IHost Build(Action<IServiceCollection, IConfiguration> configure, string settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = _directory.FullName });
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(settings)));
        configure(builder.Services, builder.Configuration);
        return builder.Build();
    }

    internal sealed record Order(string Customer, int Count);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class HostJson : JsonSerializerContext;

    private sealed class Worker(ITopic<string, string> orders, StringBuilder seen) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await orders.AppendAsync("a", "b", cancellationToken);
            seen.Append("started");
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await orders.AppendAsync("a", "c", cancellationToken);
            seen.Append(" stopped");
        }
    }
}
