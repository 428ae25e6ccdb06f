using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamLog;

namespace ReadmeExample;

/// <summary>What docs/operations.md shows.</summary>
internal static class Operating
{
    public static void Add(HostApplicationBuilder builder)
    {
        builder.Services.AddStreamLog();
        builder.Services.AddHealthChecks().AddStreamLog(configure: options => options.UnhealthyLag = 100_000);

        builder.Services.AddStreamLog("audit", options => options.Durability = Durability.PageCache)
            .AddTopic<string, string>("traces", topic => topic.Retention = TimeSpan.FromDays(30));
        builder.Services.AddHealthChecks().AddStreamLog("audit");
        builder.Services.AddHostedService<Auditor>();
    }

    public static async Task WorkAsync(IGroupConsumer<string, string> billing)
    {
        await foreach (Record<string, string> order in billing.ReadAllAsync())
        {
            using Activity? processing = order.StartProcessing(billing.Group);
            await BillAsync(order);
            order.Complete();
        }
    }

    public static async Task LookAfterAsync(IStreamLog log)
    {
        NodeHealth health = log.Health;
        foreach (TopicPartition partition in health.OfflinePartitions.Keys)
        {
            // Gives up what is damaged. Where there is a backup, restore that instead.
            RepairReport report = await log.Maintenance.RepairAsync(partition);
            Console.WriteLine($"{partition}: {report.LostOffsets} offsets lost, online: {report.IsOnline}");
        }

        ScrubReport scrubbed = await log.Maintenance.ScrubAsync();
        Console.WriteLine($"Read {scrubbed.Bytes} bytes through, found {scrubbed.Findings.Count} places damaged.");

        RetentionReport deleted = await log.Maintenance.ApplyRetentionAsync("traces");
        Console.WriteLine($"{deleted.Bytes} bytes of old segments are gone.");
    }

    private static Task BillAsync(Record<string, string> order)
    {
        Console.WriteLine($"Billing {order.Key} for {order.Value}.");
        return Task.CompletedTask;
    }
}

internal sealed class Auditor([FromKeyedServices("audit")] ITopic<string, string> traces) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await traces.AppendAsync("auditor", "started", stoppingToken);
}
