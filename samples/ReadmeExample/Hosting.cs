using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamLog;

namespace ReadmeExample;

internal static class Hosting
{
    public static IHost Build(string[] args)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddStreamLog()
            .AddTopic<string, OrderPlaced>("orders", topic =>
            {
                topic.Partitions = 6;
                topic.Key(order => order.CustomerId).Json(AppJson.Default);
            });
        builder.Services.AddHostedService<Orders>();
        return builder.Build();
    }
}

internal sealed class Orders(ITopic<string, OrderPlaced> orders) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await orders.AppendAsync(new OrderPlaced("customer-7", "apples", 3), stoppingToken);
        await foreach (Record<string, OrderPlaced> order in orders.ReadAsync(StartAt.Earliest, true, stoppingToken))
            Console.WriteLine(order);
    }
}

internal sealed record OrderPlaced(string CustomerId, string Item, int Count);

[JsonSerializable(typeof(OrderPlaced))]
internal sealed partial class AppJson : JsonSerializerContext;
