using Microsoft.Extensions.Hosting;
using StreamLog;

namespace KafkaGateway;

/// <summary>Says where clients connect to, once they can.</summary>
internal sealed class Announcement(IStreamLog log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (ListenerEndpoint listener in log.Listeners)
            Console.WriteLine($"Kafka clients connect to {listener.Address}.");
        return Task.CompletedTask;
    }
}
