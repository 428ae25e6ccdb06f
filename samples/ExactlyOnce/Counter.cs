using StreamLog;

namespace ExactlyOnce;

/// <summary>A member of the group that counts strikes.</summary>
internal sealed class Counter(IStreamLog log, ITransactionalProducer producer)
{
    private readonly ITopic<string, string> _strikes = log.Topic<string, string>(Topics.Strikes);
    private readonly IProducer<string, long> _counts = producer.CreateProducer<string, long>();
    private readonly RunningCounts _running = new(log);

    public async Task RunAsync(CancellationToken stop)
    {
        await using IGroupConsumer<string, string> source =
            _strikes.Consume("count", consumer => consumer.Commit = CommitMode.Manual);
        try
        {
            await producer.ProcessAsync(source, CountAsync, maxRecords: 100, cancellationToken: stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Everything is counted.
        }
    }

    // What is appended here, and the group's offsets behind the records, are one transaction.
    private async ValueTask CountAsync(IReadOnlyList<Record<string, string>> strikes, CancellationToken stop)
    {
        foreach (IGrouping<int, Record<string, string>> one in strikes.GroupBy(strike => strike.Position.Partition))
        {
            IReadOnlyDictionary<string, long> changed = await _running.AddAsync(one.Key, [.. one], stop);
            foreach ((string species, long count) in changed)
                await _counts.EnqueueAsync(Topics.Counts, new(species, count) { Partition = one.Key }, stop);
        }
    }
}
