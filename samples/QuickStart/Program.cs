using System.Globalization;
using QuickStart;
using StreamLog;

// Appends 10,000 reports of bird strikes to a durable log, reads them back and reports where most of them happened.
// Stop it half-way, or run it again: it goes on where it was. --fresh starts over, --data DIR says where the log is.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!Arguments.TryParse(args, out Arguments? options))
    return 2;

await using StreamLogNode log = await StreamLogNode.StartAsync(new() { DataDirectory = options.Directory });
Console.WriteLine($"The log is in {Path.GetFullPath(options.Directory)}.");
if (options.IsFresh && log.Topics.Any(topic => topic.Name == "strikes"))
{
    await log.Admin.DeleteTopicAsync("strikes");
    Console.WriteLine("Starting over: deleted the topic of the last run.");
}

await log.Admin.CreateTopicIfMissingAsync("strikes", partitions: 6);
ITopic<string, Strike> strikes = log.Topic("strikes", Serdes.Utf8, Serdes.Json(Json.Default.Strike));

// A topic can be read like a file. Here that tells which rows an earlier run stored, and which of them it also
// reported: those before the offsets that the group has committed.
IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed = await log.Admin.ListGroupOffsetsAsync("report");
HashSet<string?> stored = [];
Report report = new();
await foreach (Record<string, Strike> record in strikes.ReadAsync(StartAt.Earliest))
{
    stored.Add(record.Headers.GetText("row"));
    if (record.Offset < committed.GetValueOrDefault(record.Position.TopicPartition).Offset)
        report.Add(record);
}

if (stored.Count > 0)
{
    Console.WriteLine(
        $"Going on from the committed offsets: {stored.Count:N0} rows are stored, {report.Strikes:N0} of them read.");
}

string[] rows = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "birdstrikes.csv"));
for (int row = 1; row < rows.Length; row++)
{
    if (!stored.Contains($"{row}"))
    {
        Strike strike = Strike.Parse(rows[row]);
        RecordHeaders headers = new();
        headers.Add("file", "birdstrikes.csv");
        headers.Add("row", $"{row}");
        await strikes.EnqueueAsync(
            new ProducerRecord<string, Strike>(strike.Airport, strike) { Timestamp = strike.Date, Headers = headers });
    }

    if (row % 2000 == 0 || row == rows.Length - 1)
    {
        await strikes.FlushAsync(); // Waits until everything so far is on disk, and throws if anything failed.
        Console.WriteLine($"  {row:N0} of {rows.Length - 1:N0} rows are on disk");
    }
}

// A group reads on from its committed offsets. Its two members share the partitions; each partition is read by one of
// them at a time. It commits by itself, behind the records that were completed.
int earlier = report.Strikes;
using CancellationTokenSource allRead = new();
if (report.Strikes == rows.Length - 1)
    allRead.Cancel();
await Task.WhenAll(ReadAsync(), ReadAsync());

async Task ReadAsync()
{
    await using IGroupConsumer<string, Strike> member = strikes.Consume("report");
    try
    {
        await foreach (Record<string, Strike> record in member.ReadAllAsync(allRead.Token))
        {
            lock (report)
            {
                report.Add(record);
                if (report.Strikes % 2000 == 0)
                    Console.WriteLine($"  {report.Strikes:N0} of {rows.Length - 1:N0} records are read");
                if (report.Strikes == rows.Length - 1)
                    allRead.Cancel();
            }

            record.Complete();
        }
    }
    catch (OperationCanceledException)
    {
        // All is read. Disposal commits what is done, and leaves the group.
    }
}

Console.WriteLine($"Read {report.Strikes - earlier:N0} new records and committed the offsets behind them.");
Console.WriteLine();
report.Print(top: 10);
return 0;
