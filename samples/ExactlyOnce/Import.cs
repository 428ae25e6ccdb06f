using StreamLog;

namespace ExactlyOnce;

/// <summary>Appends those rows of the data that the log does not have yet.</summary>
internal static class Import
{
    public static async Task<int> RunAsync(IStreamLog log, ITransactionalProducer producer)
    {
        string[] rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "birdstrikes.csv")).Skip(1)];
        IProducer<string, string> strikes = producer.CreateProducer<string, string>();

        // Transactions append rows in the order of the file. So as many rows are in the log as it has records, and
        // nothing else needs to say how far the import has come.
        int imported = await log.Topic<string, string>(Topics.Strikes).ReadAsync(StartAt.Earliest).CountAsync();
        foreach (string[] next in rows.Skip(imported).Chunk(500))
        {
            await using ITransaction transaction = await producer.BeginAsync();
            foreach (string row in next)
                await strikes.EnqueueAsync(Topics.Strikes, new(SpeciesOf(row), row));
            await transaction.CommitAsync();
            imported += next.Length;
            Console.WriteLine($"  {imported:N0} of {rows.Length:N0} rows are in the log");
        }

        return rows.Length;
    }

    // No field of this data holds a comma.
    private static string SpeciesOf(string row) => row.Split(',')[8];
}
