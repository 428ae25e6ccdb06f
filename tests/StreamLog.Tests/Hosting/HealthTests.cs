using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using StreamLog.Simulation;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>A node says what is wrong with it, and the health check says what that amounts to.</summary>
public sealed class HealthTests : IDisposable
{
    private static readonly StreamLogException Reason = new(ErrorCode.KafkaStorageError, "The disk is gone.");

    private static readonly ScrubFinding Damage = new()
    {
        Partition = new TopicPartition("orders", 0),
        File = "0.log",
        Position = 7,
        Offset = 1,
        Fault = "It is torn.",
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-health-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_node_that_is_well_is_healthy_and_one_that_has_stopped_is_not()
    {
        using IHost host = Build(services => services.AddStreamLog(InMemory));
        Assert.Contains("has not started", (await CheckAsync(host)).Description);

        await host.StartAsync();
        HealthReportEntry running = await CheckAsync(host, "StreamLog");
        await host.StopAsync();
        HealthReportEntry stopped = await CheckAsync(host, "StreamLog");

        Assert.Equal((HealthStatus.Healthy, "The log can be read and written."), (running.Status, running.Description));
        Assert.Equal(0, running.Data["offlinePartitions"]);
        Assert.Equal(HealthStatus.Unhealthy, stopped.Status);
        Assert.Contains("has stopped", stopped.Description);
    }

    [Fact]
    public async Task A_damaged_partition_makes_it_unhealthy_and_is_named()
    {
        string segment = Path.Combine(_directory.FullName, "streamlog-data", "orders-1", "00000000000000000000.log");
        using (IHost first = Build(services => services.AddStreamLog().AddTopic<string, string>("orders", Three)))
        {
            await first.StartAsync();
            ITopic<string, string> orders = first.Services.GetRequiredService<ITopic<string, string>>();
            for (int i = 0; i < 3; i++)
                await orders.AppendAsync(new ProducerRecord<string, string>("a", $"{i}") { Partition = 1 });
            await first.StopAsync();
        }

        File.Delete(Path.Combine(_directory.FullName, "streamlog-data", ".kafka_cleanshutdown"));
        byte[] bytes = await File.ReadAllBytesAsync(segment);
        await File.WriteAllBytesAsync(segment, bytes[..^10]);

        using IHost host = Build(services => services.AddStreamLog().AddTopic<string, string>("orders", Three));
        await host.StartAsync();
        HealthReportEntry entry = await CheckAsync(host);
        NodeHealth health = host.Services.GetRequiredService<IStreamLog>().Health;
        await host.StopAsync();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("Partitions are offline: orders-1.", entry.Description);
        Assert.Contains("orders-1", entry.Exception!.Message);
        Assert.Equal([new TopicPartition("orders", 1)], health.OfflinePartitions.Keys);
        Assert.Null(health.DirectoryFailure);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_flushed_is_reported()
    {
        SimulatedDisk disk = new();
        TrialEnvironment environment = new(disk);
        await using StreamLogNode log = await StreamLogNode.StartAsync(
            new StreamLogOptions { DataDirectory = "/data" }, environment: environment);
        await log.Admin.CreateTopicAsync("orders");
        Assert.Null(log.Health.DirectoryFailure);

        disk.Faults.FailFlushes(path => path == "/data");
        await Assert.ThrowsAsync<StreamLogException>(async () =>
        {
            await log.Admin.CreateTopicAsync("returns");
            await log.Topic<string, string>("returns").AppendAsync("a", "b");
        });

        Assert.Contains("/data is offline", log.Health.DirectoryFailure!.Message);
        Assert.Contains(new TopicPartition("orders", 0), log.Health.OfflinePartitions.Keys);
    }

    [Fact]
    public async Task Space_and_lag_count_from_where_the_options_say()
    {
        using IHost host = Build(
            services => services.AddStreamLog("audit", InMemory).AddTopic<string, string>("orders"),
            checks => checks.AddStreamLog("audit", options =>
            {
                options.DegradedAvailableBytes = long.MaxValue;
                options.DegradedLag = 2;
                options.UnhealthyLag = 3;
            }, HealthStatus.Degraded, ["log"]));
        await host.StartAsync();
        IStreamLog log = host.Services.GetRequiredKeyedService<IStreamLog>("audit");
        ITopic<string, string> orders = log.Topic<string, string>("orders");
        for (int i = 0; i < 5; i++)
            await orders.AppendAsync("a", $"{i}");
        await log.Admin.AlterGroupOffsetsAsync("billing", new Dictionary<TopicPartition, OffsetAndMetadata>
        {
            [new TopicPartition("orders", 0)] = new OffsetAndMetadata(2),
        });

        HealthReportEntry entry = await CheckAsync(host, "StreamLog:audit");

        Assert.Equal(3, log.Health.GroupLags["billing"]);
        Assert.InRange(log.Health.AvailableBytes, 1, 256 * 1024 * 1024);
        Assert.Equal(HealthStatus.Degraded, entry.Status); // Unhealthy by the lag; the registration says what that is.
        Assert.Contains("bytes of MemoryLimit are left", entry.Description);
        Assert.Contains("The group 'billing' is 3 records behind", entry.Description);
        Assert.Equal(["log"], entry.Tags);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_check_of_a_node_that_nobody_added_says_so()
    {
        using IHost host = Build(services => services.AddStreamLog(InMemory), checks => checks.AddStreamLog("audit"));

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("AddStreamLog(\"audit\")", entry.Description);
    }

    [Fact]
    public void The_worst_finding_is_the_status()
    {
        StreamLogHealthCheckOptions options =
            new() { DegradedAvailableBytes = 100, UnhealthyAvailableBytes = 10, DegradedLag = 5 };

        Assert.Equal(HealthStatus.Healthy, Judge(new NodeHealth { AvailableBytes = 100 }));
        Assert.Equal(HealthStatus.Degraded, Judge(new NodeHealth { AvailableBytes = 99 }));
        Assert.Equal(HealthStatus.Unhealthy, Judge(new NodeHealth { AvailableBytes = 9 }));
        Assert.Equal(HealthStatus.Degraded, Judge(new NodeHealth { GroupLags = Lag(5) }));
        Assert.Equal(HealthStatus.Degraded, Judge(new NodeHealth { Findings = [Damage] }));
        Assert.Equal(HealthStatus.Healthy, Judge(new NodeHealth { GroupLags = Lag(4) }));
        Assert.Equal(HealthStatus.Unhealthy, Judge(new NodeHealth { DirectoryFailure = Reason, GroupLags = Lag(5) }));

        HealthStatus Judge(NodeHealth health) => HealthJudgement.Of(health, options).Status;
        static Dictionary<string, long> Lag(long lag) => new() { ["billing"] = lag };
    }

    [Fact]
    public void How_much_room_is_enough_depends_on_how_much_there_is()
    {
        const long Mebibyte = 1024 * 1024;

        Assert.Equal(HealthStatus.Healthy, Judge(available: 1024, limit: null));
        Assert.Equal(HealthStatus.Degraded, Judge(available: 1023, limit: null));
        Assert.Equal(HealthStatus.Unhealthy, Judge(available: 63, limit: null));
        Assert.Equal(HealthStatus.Healthy, Judge(available: 64, limit: 256));
        Assert.Equal(HealthStatus.Degraded, Judge(available: 63, limit: 256));
        Assert.Equal(HealthStatus.Unhealthy, Judge(available: 15, limit: 256));

        static HealthStatus Judge(long available, long? limit) => HealthJudgement.Of(
            new NodeHealth { AvailableBytes = available * Mebibyte, MemoryLimit = limit * Mebibyte },
            new StreamLogHealthCheckOptions()).Status;
    }

    [Fact]
    public void Of_many_partitions_some_are_named()
    {
        NodeHealth health = new()
        {
            OfflinePartitions = Enumerable.Range(0, 10)
                .ToDictionary(i => new TopicPartition("orders", i), _ => (StreamLogException?)Reason),
        };

        Assert.Contains(
            "offline: orders-0, orders-1, orders-2 and 7 more.",
            HealthJudgement.Of(health, new StreamLogHealthCheckOptions()).Description);
    }

    private static void InMemory(StreamLogOptions options)
    {
        options.InMemory = true;
        options.MemoryLimit = 256 * 1024 * 1024;
    }

    private static void Three(TopicBuilder<string, string> topic) => topic.Partitions = 3;

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string? name = null)
    {
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return name is null ? Assert.Single(report.Entries).Value : report.Entries[name];
    }

    private IHost Build(Action<IServiceCollection> add, Action<IHealthChecksBuilder>? check = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = _directory.FullName });
        add(builder.Services);
        IHealthChecksBuilder checks = builder.Services.AddHealthChecks();
        if (check is null)
            checks.AddStreamLog();
        else
            check(checks);
        return builder.Build();
    }
}
