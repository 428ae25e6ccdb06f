using System.Globalization;
using ExactlyOnce;
using StreamLog;

// Counts 10,000 reports of bird strikes by species, each of them exactly once: in transactions, which hold the records
// read, the counts that follow from them, and how far the counting has come. Kill it at any moment, and run it again:
// it goes on where it was. --fresh starts over, --data DIR says where the log is.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!Arguments.TryParse(args, out Arguments? options))
    return 2;

await using StreamLogNode log = await StreamLogNode.StartAsync(new()
{
    DataDirectory = options.Directory,
    Consumer = { Isolation = IsolationLevel.ReadCommitted },
});
Console.WriteLine($"The log is in {Path.GetFullPath(options.Directory)}.");

await using ITransactionalProducer importing = await TakeOverAsync("import");
await using ITransactionalProducer counting1 = await TakeOverAsync("count-1");
await using ITransactionalProducer counting2 = await TakeOverAsync("count-2");

if (options.IsFresh && await DeleteAsync(Topics.Strikes))
    Console.WriteLine("Starting over: deleted the topics of the last run.");
if (log.Topics.All(topic => topic.Name != Topics.Strikes))
    await DeleteAsync(Topics.Counts); // Where a run was killed as it started over, they are still there.

// What follows from a partition of the one topic stands in the same partition of the other one.
await log.Admin.CreateTopicIfMissingAsync(Topics.Strikes, Topics.Partitions);
await log.Admin.CreateTopicIfMissingAsync(
    Topics.Counts, Topics.Partitions, new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
int rows = await Import.RunAsync(log, importing);

// Two members of a group share the partitions. Whatever they commit is read here, until every row is counted.
using CancellationTokenSource allCounted = new();
Task[] counters =
[
    new Counter(log, counting1).RunAsync(allCounted.Token),
    new Counter(log, counting2).RunAsync(allCounted.Token),
];
Report report = new();
await await Task.WhenAny([ReadCountsAsync(), .. counters]); // If a counter fails, this throws what it has thrown.
await allCounted.CancelAsync();
await Task.WhenAll(counters);

Console.WriteLine();
report.Print(top: 10);
return 0;

// Ends what an earlier run has left under the name: what is not committed is aborted, what is committed can be read.
async Task<ITransactionalProducer> TakeOverAsync(string name)
{
    ITransactionalProducer producer = log.CreateTransactionalProducer(name);
    await using ITransaction nothing = await producer.BeginAsync();
    return producer;
}

async ValueTask<bool> DeleteAsync(string topic)
{
    bool exists = log.Topics.Any(found => found.Name == topic);
    if (exists)
        await log.Admin.DeleteTopicAsync(topic);
    return exists;
}

async Task ReadCountsAsync()
{
    ITopic<string, long> counts = log.Topic<string, long>(Topics.Counts);
    await foreach (Record<string, long> count in counts.ReadAsync(StartAt.Earliest, follow: true))
    {
        long before = report.Total;
        report.Set(count.Key, count.Value);
        if (report.Total / 500 > before / 500)
            Console.WriteLine($"  {report.Total:N0} of {rows:N0} strikes are counted");
        if (report.Total >= rows)
            return;
    }
}
