using ExactlyOnce;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients.Transacting;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Clients;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Samples;

/// <summary>What the sample of transactions keeps in memory is right also where a transaction is done again, and where
/// partitions move.</summary>
public sealed class ExactlyOnceCounterTests
{
    private const int Strikes = 3000;

    [Fact]
    public async Task Transactions_that_are_aborted_and_partitions_that_move_count_each_strike_once()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new()
        {
            InMemory = true,
            Consumer = { Isolation = IsolationLevel.ReadCommitted },
        });
        await node.Admin.CreateTopicAsync(Topics.Strikes, Topics.Partitions);
        await node.Admin.CreateTopicAsync(Topics.Counts, Topics.Partitions);
        await node.Topic<string, string>(Topics.Strikes).AppendAsync(
            [.. Enumerable.Range(0, Strikes).Select(i => new ProducerRecord<string, string>($"{i % 20}", ""))]);
        int commits = 0;
        FaultyBroker broker = new(node.Broker)
        {
            Fault = request => request is TxnOffsetCommitRequest && Interlocked.Increment(ref commits) % 3 == 0
                ? ErrorCode.TransactionAbortable : null,
        };
        await using TransactionalProducer first = Create(broker, "first");
        await using TransactionalProducer second = Create(broker, "second");
        using CancellationTokenSource stop = new();

        // One leaves half-way, and comes back with what it had in memory.
        Counter leaving = new(node, second);
        using CancellationTokenSource leave = new();
        Task staying = new Counter(node, first).RunAsync(stop.Token);
        Task left = leaving.RunAsync(leave.Token);
        await UntilAsync(node, Strikes / 4);
        await leave.CancelAsync();
        await left;
        await UntilAsync(node, Strikes / 2);
        Task back = leaving.RunAsync(stop.Token);
        Dictionary<string, long> counts = await UntilAsync(node, Strikes);
        await stop.CancelAsync();
        await Task.WhenAll(staying, back);

        Assert.True(commits > Strikes / 100);
        Assert.Equal(20, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(Strikes / 20, count));
    }

    private static TransactionalProducer Create(FaultyBroker broker, string name) => new(
        name,
        broker,
        new TrialEnvironment(),
        new ProducerOptions { RetryBackoff = TimeSpan.FromMilliseconds(1) },
        NullLoggerFactory.Instance,
        new StreamLogTracing(""));

    // Strikes that were lost would be waited for for ever.
    private static Task<Dictionary<string, long>> UntilAsync(StreamLogNode node, long total) =>
        ReadUntilAsync(node, total).WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Reads what is committed until so many strikes are counted.</summary>
    private static async Task<Dictionary<string, long>> ReadUntilAsync(StreamLogNode node, long total)
    {
        Dictionary<string, long> counts = [];
        await foreach (Record<string, long> count in
            node.Topic<string, long>(Topics.Counts).ReadAsync(StartAt.Earliest, follow: true))
        {
            counts[count.Key] = count.Value;
            if (counts.Values.Sum() >= total)
                break;
        }

        return counts;
    }
}
