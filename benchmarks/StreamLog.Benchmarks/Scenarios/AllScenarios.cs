using StreamLog.Benchmarks.Baselines;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>Every scenario of <c>load</c>, group by group.</summary>
internal static class AllScenarios
{
    private const int AppendRecords = 3_000_000;
    private const int ReadRecords = 2_000_000;
    private static readonly TimeSpan AckDuration = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TenMs = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Scenario> List() =>
        [.. Appends(), .. FlushedAppends(), .. Acknowledgements(), .. Reads(), .. HandOffs()];

    private static IEnumerable<Scenario> Appends()
    {
        byte[] payload = Payload(100);
        const string Group = "produce 100 B, page cache";
        yield return new(
            Group, "raw write of 1 MiB blocks", true, dir => BareLoops.WriteAsync(dir, AppendRecords, payload));
        yield return new(Group, "encode, CRC and write, 256 KiB batches", true, dir =>
            BareLoops.EncodeAndWriteAsync(dir, AppendRecords, payload, 256 << 10));
        yield return new(Group, "FasterLog's engine", true, dir => FasterLogs.AppendAsync(dir, AppendRecords, payload));
        foreach (int partitions in (int[])[1, 6, 100])
        {
            yield return new(Group, $"StreamLog, {partitions} partition(s)", false, dir => StreamLogRuns.ProduceAsync(
                dir, AppendRecords, payload, partitions, Durability.PageCache, Second));
        }

        byte[] large = Payload(1024);
        const string LargeGroup = "produce 1 KiB, page cache";
        yield return new(LargeGroup, "raw write of 1 MiB blocks", true, dir =>
            BareLoops.WriteAsync(dir, AppendRecords / 10, large));
        yield return new(LargeGroup, "FasterLog's engine", true, dir =>
            FasterLogs.AppendAsync(dir, AppendRecords / 10, large));
        yield return new(LargeGroup, "StreamLog, 1 partition", false, dir => StreamLogRuns.ProduceAsync(
            dir, AppendRecords / 10, large, 1, Durability.PageCache, Second));
    }

    private static IEnumerable<Scenario> FlushedAppends()
    {
        byte[] payload = Payload(100);
        const string Group = "produce 100 B, flushed every 10 ms";
        yield return new(Group, "FasterLog, commit every 10 ms", true, dir =>
            FasterLogs.AppendAndCommitAsync(dir, AppendRecords, payload, 10, fastCommit: true));
        yield return new(Group, "FasterLog, the same, full commits", true, dir =>
            FasterLogs.AppendAndCommitAsync(dir, AppendRecords, payload, 10, fastCommit: false));
        yield return new(Group, "StreamLog, 1 partition", false, dir => StreamLogRuns.ProduceAsync(
            dir, AppendRecords, payload, 1, Durability.PageCache, TenMs));
    }

    private static IEnumerable<Scenario> Acknowledgements()
    {
        byte[] payload = Payload(100);
        foreach (int tasks in (int[])[1, 16, 256])
        {
            string group = $"durable acknowledgements, 100 B, {tasks} task(s)";
            yield return new(group, "FasterLog, committing thread", true, dir =>
                FasterLogs.DurableAsync(dir, tasks, payload, AckDuration));
            yield return new(group, "StreamLog, OnCommit", false, dir =>
                StreamLogRuns.AcknowledgeAsync(dir, tasks, payload, Durability.OnCommit, AckDuration));
            yield return new(group, "StreamLog, PageCache (not durable)", false, dir =>
                StreamLogRuns.AcknowledgeAsync(dir, tasks, payload, Durability.PageCache, AckDuration));
        }
    }

    private static IEnumerable<Scenario> Reads()
    {
        byte[] payload = Payload(100);
        const string Group = "consume 100 B from the page cache";
        yield return new(Group, "bare read, CRC and walk, 256 KiB batches", true, dir =>
            BareLoops.ReadAsync(dir, ReadRecords, payload, 256 << 10));
        yield return new(Group, "FasterLog's scan of files, no copies", true, dir =>
            FasterLogs.ScanAsync(dir, ReadRecords, payload));
        yield return new(
            Group, "StreamLog, leases", false, dir => StreamLogRuns.ReadLeasesAsync(dir, ReadRecords, payload));
        yield return new(Group, "StreamLog, decoded records", false, dir =>
            StreamLogRuns.ReadRecordsAsync(dir, ReadRecords, payload));
    }

    private static IEnumerable<Scenario> HandOffs()
    {
        byte[] payload = Payload(100);
        const string Group = "hand-off to a waiting reader, 100 B";
        yield return new(Group, "Channel, bounded to 1024", true, _ => BareLoops.ChannelAsync(AppendRecords, payload));
        yield return new(Group, "StreamLog, page cache", false, dir =>
            StreamLogRuns.HandOffAsync(dir, AppendRecords, payload));
    }

    private static byte[] Payload(int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(1).NextBytes(payload);
        return payload;
    }
}
