using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamLog;

namespace WorkerService;

/// <summary>Stops the service when every claim is paid or put aside, and says what became of them.</summary>
internal sealed class Finish(
    IStreamLog log,
    Bank bank,
    [FromKeyedServices("payments")] ITopic<string, long> payments,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int claims = ClaimImport.Data.Count();
        Dictionary<string, long> paid;
        List<Record<string, string>> aside;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        do
        {
            await timer.WaitForNextTickAsync(stoppingToken);
            (paid, aside) = await LookAsync(stoppingToken);
        }
        while (paid.Count + aside.Count < claims);

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Paid {paid.Count} claims, {paid.Values.Sum()} in all. The bank did not answer {bank.Timeouts} times."));
        foreach (Record<string, string> letter in aside)
        {
            Console.WriteLine(
                $"Put aside {letter.Value}: {letter.Headers.GetText(DeadLetterHeaders.ExceptionMessage)} " +
                $"({letter.Headers.GetText(DeadLetterHeaders.Attempts)} attempts)");
        }

        lifetime.StopApplication();
    }

    private async Task<(Dictionary<string, long> Paid, List<Record<string, string>> Aside)> LookAsync(
        CancellationToken stoppingToken)
    {
        // One that was handled twice counts once.
        Dictionary<string, long> paid = [];
        await foreach (Record<string, long> payment in
            payments.ReadAsync(StartAt.Earliest, cancellationToken: stoppingToken))
        {
            paid[payment.Key] = payment.Value;
        }

        Dictionary<string, Record<string, string>> aside = [];
        await foreach (Record<string, string> letter in log.Topic<string, string>("claims.dead")
            .ReadAsync(StartAt.Earliest, cancellationToken: stoppingToken))
        {
            aside[letter.Value] = letter;
        }

        return (paid, [.. aside.Values.OrderBy(letter => letter.Value, StringComparer.Ordinal)]);
    }
}
