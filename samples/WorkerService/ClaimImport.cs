using Microsoft.Extensions.Hosting;
using StreamLog;

namespace WorkerService;

/// <summary>Appends those claims of the data that the log does not have yet.</summary>
internal sealed class ClaimImport(ITopic<string, Claim> claims) : BackgroundService
{
    /// <summary>Gets the claims of the data: the rows that cost something.</summary>
    public static IEnumerable<Claim> Data =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "birdstrikes.csv"))
            .Skip(1)
            .Select((line, row) => Claim.Parse(row, line))
            .Where(claim => claim.Cost > 0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        HashSet<int> known = [];
        await foreach (Record<string, Claim> record in
            claims.ReadAsync(StartAt.Earliest, cancellationToken: stoppingToken))
        {
            known.Add(record.Value.Row);
        }

        foreach (Claim claim in Data.Where(claim => !known.Contains(claim.Row)))
            await claims.AppendAsync(claim, stoppingToken);
        Console.WriteLine($"{known.Count} claims were in the log, and the others are now.");
    }
}
