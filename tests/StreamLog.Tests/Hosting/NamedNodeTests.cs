using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StreamLog.Tests.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Several nodes in one host: each with its name, its options, its directory and what is injected.</summary>
public sealed class NamedNodeTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-named-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_second_node_has_a_directory_and_topics_of_its_own()
    {
        using IHost host = Build(services =>
        {
            services.AddStreamLog().AddTopic<string, string>("orders");
            services.AddStreamLog("audit").AddTopic<string, string>("orders").AddTopic<string, long>("counts");
        });
        await host.StartAsync();

        await Topic<string>(host, "orders").AppendAsync("a", "an order");
        await Topic<string>(host, "audit/orders").AppendAsync("a", "its trace");
        await Topic<long>(host, "audit").AppendAsync("a", 7);

        Assert.Equal(["an order"], await ReadAsync(Topic<string>(host, "orders")));
        Assert.Equal(["an order"], await ReadAsync(host.Services.GetRequiredService<ITopic<string, string>>()));
        Assert.Equal(["its trace"], await ReadAsync(Topic<string>(host, "audit")));
        Assert.Equal([7], await ReadAsync(Topic<long>(host, "audit/counts")));
        Assert.Equal(["orders"], TopicNames(host.Services.GetRequiredService<IStreamLog>()));
        Assert.Equal(["counts", "orders"], TopicNames(host.Services.GetRequiredKeyedService<IStreamLog>("audit")));
        await host.StopAsync();
        Assert.Equal(
            ["streamlog-data", "streamlog-data-audit"],
            _directory.GetDirectories().Select(directory => directory.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_node_alone_may_have_a_name()
    {
        using IHost host = Build(services => services.AddStreamLog("audit", InMemory).AddTopic<string, string>("log"));
        await host.StartAsync();

        await Topic<string>(host, "audit").AppendAsync("a", "b");

        Assert.Null(host.Services.GetService<IStreamLog>());
        Assert.Equal(["b"], await ReadAsync(Topic<string>(host, "audit/log")));
        await host.StopAsync();
    }

    [Fact]
    public async Task Each_reads_its_own_section_and_code_comes_after_it()
    {
        const string Settings =
            """
            { "StreamLog": { "InMemory": true, "NodeId": 2, "DefaultPartitions": 3,
                             "audit": { "InMemory": true, "NodeId": 4, "Topics": { "traces": { "Partitions": 5 } } } },
              "Third": { "InMemory": true, "NodeId": 6 } }
            """;
        using IHost host = Build((services, configuration) =>
        {
            services.AddStreamLog();
            services.AddStreamLog("audit");
            services.AddStreamLog("audit", options => options.NodeId++);
            services.AddStreamLog("third", configuration.GetSection("Third"));
            services.AddStreamLog("third", (_, options) => options.DefaultPartitions = 7);
        }, Settings);
        IOptionsMonitor<StreamLogOptions> options =
            host.Services.GetRequiredService<IOptionsMonitor<StreamLogOptions>>();

        Assert.Equal((2, 3), (options.CurrentValue.NodeId, options.CurrentValue.DefaultPartitions));
        Assert.Equal((5, 1), (options.Get("audit").NodeId, options.Get("audit").DefaultPartitions));
        Assert.Equal((6, 7), (options.Get("third").NodeId, options.Get("third").DefaultPartitions));
        Assert.Equal("streamlog-data-audit", options.Get("audit").DataDirectory);
        await host.StartAsync();
        IStreamLog audit = host.Services.GetRequiredKeyedService<IStreamLog>("audit");
        Assert.Equal(5, Assert.Single(audit.Topics, topic => topic.Name == "traces").Partitions.Count);
        Assert.Equal(3, host.Services.GetServices<IHostedService>().Count());
        await host.StopAsync();
    }

    [Fact]
    public async Task Wrong_options_are_named_with_the_path_of_their_node()
    {
        using IHost host = Build(
            services =>
            {
                services.AddStreamLog();
                services.AddStreamLog("audit");
            },
            """{ "StreamLog": { "InMemory": true, "audit": { "NodeId": -1 } } }""");

        OptionsValidationException exception =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.StartsWith("StreamLog:audit:NodeId must be between", Assert.Single(exception.Failures));
        Assert.Equal("audit", exception.OptionsName);
    }

    [Fact]
    public async Task Two_nodes_on_one_directory_are_refused()
    {
        using IHost host = Build(services =>
        {
            services.AddStreamLog(options => options.DataDirectory = "data");
            services.AddStreamLog("audit", options => options.DataDirectory = "data");
        });

        StreamLogException exception = await Assert.ThrowsAsync<StreamLogException>(() => host.StartAsync());

        Assert.Contains("another node in this one", exception.Message);
    }

    [Fact]
    public async Task Each_counts_for_itself()
    {
        using IHost host = Build(services =>
        {
            services.AddStreamLog(InMemory).AddTopic<string, string>("orders");
            services.AddStreamLog("audit", InMemory).AddTopic<string, string>("traces");
        });
        object? scope = host.Services.GetRequiredService<IMeterFactory>();
        using RecordedMetrics one = new(meter => meter.Scope == scope && meter.Tags is null);
        using RecordedMetrics other = new(meter => meter.Scope == scope && meter.Tags is not null);
        await host.StartAsync();

        await Topic<string>(host, "orders").AppendAsync("a", "b");
        await Topic<string>(host, "audit").AppendAsync("a", "c");
        await Topic<string>(host, "audit").AppendAsync("a", "d");

        Assert.Equal(1, one.Sum("messaging.client.sent.messages"));
        Assert.Equal(2, other.Sum("messaging.client.sent.messages"));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("..")]
    [InlineData("topics")]
    [InlineData("DataDirectory")]
    [InlineData("Kafka")]
    [InlineData("listeners")]
    public void A_name_that_cannot_be_one_is_refused(string name) =>
        Assert.Contains("cannot be the name of a node", Assert.Throws<ArgumentException>(
            () => new ServiceCollection().AddStreamLog(name)).Message);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_that_would_mean_two_topics_is_refused(bool isNamedFirst)
    {
        ServiceCollection services = new();
        Action[] calls =
        [
            () => services.AddStreamLog().AddTopic<string, string>("audit"),
            () => services.AddStreamLog("audit").AddTopic<string, string>("traces"),
        ];
        calls[isNamedFirst ? 1 : 0]();

        Assert.Contains("would mean two topics", Assert.Throws<InvalidOperationException>(
            () => calls[isNamedFirst ? 0 : 1]()).Message);
    }

    private static void InMemory(StreamLogOptions options) => options.InMemory = true;

    private static ITopic<string, TValue> Topic<TValue>(IHost host, string key) =>
        host.Services.GetRequiredKeyedService<ITopic<string, TValue>>(key);

    private static IEnumerable<string> TopicNames(IStreamLog log) => log.Topics.Select(topic => topic.Name);

    private static async Task<List<TValue>> ReadAsync<TValue>(ITopic<string, TValue> topic)
    {
        List<TValue> values = [];
        await foreach (Record<string, TValue> record in topic.ReadAsync(StartAt.Earliest))
            values.Add(record.Value);
        return values;
    }

    private IHost Build(Action<IServiceCollection> add, string settings = "{}") =>
        Build((services, _) => add(services), settings);

    private IHost Build(Action<IServiceCollection, IConfiguration> add, string settings = "{}")
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = _directory.FullName });
        using MemoryStream json = new(System.Text.Encoding.UTF8.GetBytes(settings));
        builder.Configuration.AddJsonStream(json);
        builder.Services.AddMetrics();
        add(builder.Services, builder.Configuration);
        return builder.Build();
    }
}
