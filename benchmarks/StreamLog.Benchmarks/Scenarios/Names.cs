namespace StreamLog.Benchmarks.Scenarios;

/// <summary>The names of scenarios that something else goes by.</summary>
internal static class Names
{
    public const string Produce100 = "produce 100 B, page cache";
    public const string Produce1K = "produce 1 KiB, page cache";
    public const string Flushed100 = "produce 100 B, flushed every 10 ms";
    public const string Consume100 = "consume 100 B from the page cache";
    public const string HandOff100 = "hand-off to a waiting reader, 100 B";

    public const string Handle100 = "handling 100 B for a group, 64 keys, a handler that does nothing";

    public const string Rebalance = "sharing 1,000 partitions anew among the members of a group";

    public const string RawWrite = "raw write of 1 MiB blocks";
    public const string BareLoop = "encode, CRC and write, 256 KiB batches";
    public const string Storage = "StreamLog's storage alone, 256 KiB batches";
    public const string FasterEngine = "FasterLog's engine";
    public const string FasterCommit10 = "FasterLog, commit every 10 ms";
    public const string FasterFullCommit10 = "FasterLog, the same, full commits";
    public const string FasterCommitThread = "FasterLog, committing thread";
    public const string FasterCommitTask = "FasterLog, committing task";
    public const string FasterScan = "FasterLog's scan of files, no copies";
    public const string Channel1024 = "Channel, bounded to 1024";

    public const string OnCommit = "StreamLog, OnCommit";
    public const string Leases = "StreamLog, leases";
    public const string StreamLogPageCache = "StreamLog, page cache";

    public static IReadOnlyList<int> Partitions { get; } = [1, 6, 100];

    public static IReadOnlyList<int> AckTasks { get; } = [1, 16, 256];

    public static string Acks(int tasks) =>
        $"durable acknowledgements, 100 B, {tasks} producer{(tasks == 1 ? "" : "s")}";

    public static string Commits(int tasks) =>
        $"durable commits of offsets, {tasks} group{(tasks == 1 ? "" : "s")} at a time";

    public static string Transactions(int records) =>
        $"transactions, {records:N0} record{(records == 1 ? "" : "s")} of 100 B at a time";

    public static string StreamLogOn(int partitions) =>
        $"StreamLog, {partitions} partition{(partitions == 1 ? "" : "s")}";
}
