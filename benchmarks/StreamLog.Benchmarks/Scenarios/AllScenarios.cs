using StreamLog.Benchmarks.Baselines;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Every scenario of <c>load</c>, group by group.</summary>
internal static class AllScenarios
{
    private const int AppendRecords = 3_000_000;
    private const int LargeRecords = 400_000;
    private const int ReadRecords = 2_000_000;
    private const int HandledRecords = 1_000_000;
    private const int TableRows = 200_000;
    private static readonly TimeSpan AckDuration = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TenMs = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Scenario> List() =>
    [
        .. Appends(), .. LargeAppends(), .. FlushedAppends(), .. Acknowledgements(), .. Reads(), .. HandOffs(),
        .. Handlers(), .. Groups(), .. Transactions(), .. Opens(), .. KafkaScenarios.List(),
    ];

    private static IEnumerable<Scenario> Appends()
    {
        byte[] payload = Payload(100);
        const string Group = Names.Produce100;
        yield return new(Group, Names.RawWrite, true, dir => BareLoops.WriteAsync(dir, AppendRecords, payload));
        yield return new(Group, Names.BareLoop, true, dir =>
            BareLoops.EncodeAndWriteAsync(dir, AppendRecords, payload, 256 << 10));
        yield return new(Group, Names.Storage, true, dir =>
            StorageRuns.AppendAsync(dir, AppendRecords, payload, 256 << 10));
        yield return new(Group, Names.FasterEngine, true, dir => FasterLogs.AppendAsync(dir, AppendRecords, payload));
        yield return new(Group, Names.Channel1024, true, _ => BareLoops.ChannelAsync(AppendRecords, payload));
        yield return new(Group, "SQLite table, 1000 rows a transaction", true, dir =>
            SqliteTables.InsertAsync(dir, TableRows, payload));
        foreach (int partitions in Names.Partitions)
        {
            yield return new(Group, Names.StreamLogOn(partitions), false, dir => ProduceRuns.ProduceAsync(
                dir, AppendRecords, payload, partitions, Durability.PageCache, Second));
        }
    }

    private static IEnumerable<Scenario> LargeAppends()
    {
        byte[] payload = Payload(1024);
        const string Group = Names.Produce1K;
        yield return new(Group, Names.RawWrite, true, dir => BareLoops.WriteAsync(dir, LargeRecords, payload));
        yield return new(Group, Names.BareLoop, true, dir =>
            BareLoops.EncodeAndWriteAsync(dir, LargeRecords, payload, 256 << 10));
        yield return new(Group, Names.Storage, true, dir =>
            StorageRuns.AppendAsync(dir, LargeRecords, payload, 256 << 10));
        yield return new(Group, Names.FasterEngine, true, dir => FasterLogs.AppendAsync(dir, LargeRecords, payload));
        yield return new(Group, "SQLite table, 1000 rows a transaction", true, dir =>
            SqliteTables.InsertAsync(dir, TableRows / 2, payload));
        foreach (int partitions in Names.Partitions)
        {
            yield return new(Group, Names.StreamLogOn(partitions), false, dir => ProduceRuns.ProduceAsync(
                dir, LargeRecords, payload, partitions, Durability.PageCache, Second));
        }
    }

    private static IEnumerable<Scenario> FlushedAppends()
    {
        byte[] payload = Payload(100);
        const string Group = Names.Flushed100;
        yield return new(Group, Names.FasterCommit10, true, dir =>
            FasterLogs.AppendAndCommitAsync(dir, AppendRecords, payload, 10, fastCommit: true));
        yield return new(Group, Names.FasterFullCommit10, true, dir =>
            FasterLogs.AppendAndCommitAsync(dir, AppendRecords, payload, 10, fastCommit: false));
        foreach (int partitions in Names.Partitions)
        {
            yield return new(Group, Names.StreamLogOn(partitions), false, dir => ProduceRuns.ProduceAsync(
                dir, AppendRecords, payload, partitions, Durability.PageCache, TenMs));
        }
    }

    private static IEnumerable<Scenario> Acknowledgements()
    {
        byte[] payload = Payload(100);
        foreach (int tasks in Names.AckTasks)
        {
            string group = Names.Acks(tasks);
            yield return new(group, Names.FasterCommitThread, true, dir =>
                FasterLogs.DurableAsync(dir, tasks, payload, AckDuration));
            yield return new(group, Names.FasterCommitTask, true, dir =>
                FasterLogs.DurableByTaskAsync(dir, tasks, payload, AckDuration));
            yield return new(group, Names.OnCommit, false, dir =>
                ProduceRuns.AcknowledgeAsync(dir, tasks, 1, payload, Durability.OnCommit, AckDuration));
            if (tasks > 1)
            {
                yield return new(group, "StreamLog, OnCommit, a producer object each", false, dir =>
                    ProduceRuns.AcknowledgeAsync(dir, tasks, tasks, payload, Durability.OnCommit, AckDuration));
            }

            yield return new(group, "StreamLog, PageCache (not durable)", false, dir =>
                ProduceRuns.AcknowledgeAsync(dir, tasks, 1, payload, Durability.PageCache, AckDuration));
        }
    }

    private static IEnumerable<Scenario> Reads()
    {
        byte[] payload = Payload(100);
        const string Group = Names.Consume100;
        yield return new(Group, "bare read, CRC and walk, 256 KiB batches", true, dir =>
            BareLoops.ReadAsync(dir, ReadRecords, payload, 256 << 10));
        yield return new(Group, Names.FasterScan, true, dir => FasterLogs.ScanAsync(dir, ReadRecords, payload));
        yield return new(Group, "SQLite, rows in order", true, dir => SqliteTables.ScanAsync(dir, TableRows, payload));
        yield return new(
            Group, Names.Leases, false, dir => ConsumeRuns.ReadLeasesAsync(dir, ReadRecords, payload, passes: 4));
        yield return new(Group, "StreamLog, decoded records", false, dir =>
            ConsumeRuns.ReadRecordsAsync(dir, ReadRecords, payload));
    }

    private static IEnumerable<Scenario> HandOffs()
    {
        byte[] payload = Payload(100);
        const string Group = Names.HandOff100;
        yield return new(Group, Names.Channel1024, true, _ => BareLoops.ChannelAsync(AppendRecords, payload));
        yield return new(Group, Names.StreamLogPageCache, false, dir =>
            ConsumeRuns.HandOffAsync(dir, AppendRecords, payload));
    }

    private static IEnumerable<Scenario> Handlers()
    {
        byte[] payload = Payload(100);
        const string Group = Names.Handle100;
        yield return new(Group, "a loop over IAsyncEnumerable", true, dir =>
            HandlerRuns.LoopAsync(dir, HandledRecords, payload));
        yield return new(Group, "a loop and 8 workers, a Channel for each", true, dir =>
            HandlerRuns.ChannelsAsync(dir, HandledRecords, payload, workers: 8));
        yield return new(Group, "StreamLog's handler, all in order", false, dir =>
            HandlerRuns.HandleAsync(dir, HandledRecords, payload, concurrency: 1));
        yield return new(Group, "StreamLog's handler, 8 keys side by side", false, dir =>
            HandlerRuns.HandleAsync(dir, HandledRecords, payload, concurrency: 8));
    }

    private static IEnumerable<Scenario> Groups()
    {
        foreach (int members in (int[])[2, 50, 500])
        {
            yield return new(Names.Rebalance, $"the last of {members} members joins", false, dir =>
                GroupRuns.RebalanceAsync(dir, members, partitions: 1_000));
        }

        byte[] payload = Payload(100);
        foreach (int tasks in Names.AckTasks)
        {
            string group = Names.Commits(tasks);
            yield return new(group, "StreamLog, an append of 100 B", true, dir =>
                ProduceRuns.AcknowledgeAsync(dir, tasks, 1, payload, Durability.OnCommit, AckDuration));
            yield return new(group, "StreamLog, a commit of one offset", false, dir =>
                GroupRuns.CommitAsync(dir, tasks, AckDuration));
        }
    }

    private static IEnumerable<Scenario> Transactions()
    {
        byte[] payload = Payload(100);
        foreach (int records in (int[])[1, 100, 10_000])
        {
            string group = Names.Transactions(records);
            yield return new(group, "StreamLog, without transactions, durable", true, dir =>
                TransactionRuns.FlushAsync(dir, records, payload, AckDuration));
            yield return new(group, "StreamLog, a transaction", false, dir =>
                TransactionRuns.CommitAsync(dir, records, payload, AckDuration));
        }
    }

    private static IEnumerable<Scenario> Opens()
    {
        foreach (int partitions in (int[])[1_000, 10_000])
        {
            string group = $"opening a directory of {partitions:N0} partitions, one record in each";
            yield return new(group, "after a clean stop", false, dir => OpenRuns.OpenAsync(dir, partitions))
            {
                PrepareAsync = dir => OpenRuns.PrepareAsync(dir, partitions),
            };
            yield return new(group, "without the mark of a clean stop", false, dir =>
                OpenRuns.OpenUncleanAsync(dir, partitions))
            {
                PrepareAsync = dir => OpenRuns.PrepareAsync(dir, partitions),
            };
        }
    }

    private static byte[] Payload(int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(1).NextBytes(payload);
        return payload;
    }
}
