using FASTER.core;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Baselines;

/// <summary>FasterLog, the fastest embedded log for .NET, doing what StreamLog does.</summary>
internal static class FasterLogs
{
    private const int PageBits = 22;
    private const int MemoryBits = 26;

    /// <summary>Appends without waiting, to the page cache.</summary>
    public static async Task<Measurement> AppendAsync(string directory, int records, byte[] payload)
    {
        using GrowingFileDevice device = new(Path.Combine(directory, "log"));
        using FasterLog log = Open(device, directory, fastCommit: true);

        // Its memory is touched first, so that page faults of the start do not count.
        for (long written = 0; written < 2L << MemoryBits; written += payload.Length)
            log.Enqueue(payload);

        return await Stopwatches.MeasureAsync(records, () =>
        {
            ReadOnlySpan<byte> span = payload;
            for (int i = 0; i < records; i++)
                log.Enqueue(span);
            return Task.CompletedTask;
        });
    }

    /// <summary>Appends while another thread commits to disk at an interval.</summary>
    public static async Task<Measurement> AppendAndCommitAsync(
        string directory, int records, byte[] payload, int intervalMs, bool fastCommit)
    {
        using IDevice device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        using FasterLog log = Open(device, directory, fastCommit);
        for (long written = 0; written < 2L << MemoryBits; written += payload.Length)
            log.Enqueue(payload);
        log.Commit(spinWait: true);

        return await Stopwatches.MeasureAsync(records, () =>
        {
            bool stop = false;
            Thread committer = new(() =>
            {
                while (!Volatile.Read(ref stop))
                {
                    Thread.Sleep(intervalMs);
                    log.Commit(spinWait: true);
                }
            });
            committer.Start();
            ReadOnlySpan<byte> span = payload;
            for (int i = 0; i < records; i++)
                log.Enqueue(span);
            Volatile.Write(ref stop, true);
            committer.Join();
            log.Commit(spinWait: true);
            return Task.CompletedTask;
        });
    }

    /// <summary>Waits for each record to be on disk; one thread does nothing but commit, its best mode for
    /// this.</summary>
    public static async Task<Measurement> DurableAsync(string directory, int tasks, byte[] payload, TimeSpan duration)
    {
        using IDevice device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        using FasterLog log = Open(device, directory, fastCommit: true);
        using CancellationTokenSource stop = new();
        Thread committer = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (log.TailAddress > log.CommittedUntilAddress)
                    log.Commit(spinWait: true);
                else
                    Thread.Yield();
            }
        });
        committer.Start();
        ReadOnlyMemory<byte> memory = payload;

        Measurement measured = await Stopwatches.DriveAsync(
            tasks, duration, _ => log.EnqueueAndWaitForCommitAsync(memory));

        await stop.CancelAsync();
        committer.Join();
        return measured;
    }

    /// <summary>Waits for each record to be on disk; a task commits whenever something was appended, and spins for
    /// nothing.</summary>
    public static async Task<Measurement> DurableByTaskAsync(
        string directory, int tasks, byte[] payload, TimeSpan duration)
    {
        using IDevice device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        using FasterLog log = Open(device, directory, fastCommit: true);
        using CancellationTokenSource stop = new();
        Task committing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await log.WaitUncommittedAsync(0, stop.Token);
                await log.CommitAsync(stop.Token);
            }
        });
        ReadOnlyMemory<byte> memory = payload;

        Measurement measured = await Stopwatches.DriveAsync(
            tasks, duration, _ => log.EnqueueAndWaitForCommitAsync(memory));

        await stop.CancelAsync();
        await committing.ContinueWith(_ => { }, TaskScheduler.Default);
        return measured;
    }

    /// <summary>Reads everything from files, without copying.</summary>
    public static async Task<Measurement> ScanAsync(string directory, int records, byte[] payload)
    {
        using IDevice device = Devices.CreateLogDevice(Path.Combine(directory, "log"));
        using FasterLog log = new(Settings(device, directory, fastCommit: true, memoryBits: 25));
        for (int i = 0; i < records; i++)
            log.Enqueue(payload);
        log.Commit(spinWait: true);

        return await Stopwatches.MeasureAsync(records, () =>
        {
            CountingConsumer consumer = new();
            using FasterLogScanIterator scan = log.Scan(log.BeginAddress, log.TailAddress);
            while (scan.TryConsumeNext(consumer))
            {
            }

            return consumer.Count == records
                ? Task.CompletedTask
                : throw new InvalidOperationException($"Read {consumer.Count} of {records}.");
        });
    }

    private static FasterLog Open(IDevice device, string directory, bool fastCommit) =>
        new(Settings(device, directory, fastCommit, MemoryBits));

    private static FasterLogSettings Settings(
        IDevice device, string directory, bool fastCommit, int memoryBits) => new()
        {
            LogDevice = device,
            PageSizeBits = PageBits,
            MemorySizeBits = memoryBits,
            SegmentSizeBits = 30,
            LogCommitDir = Path.Combine(directory, "commits"),
            FastCommitMode = fastCommit,
            AutoCommit = false,
        };

    private sealed class CountingConsumer : ILogEntryConsumer
    {
        public int Count { get; private set; }

        public long Sum { get; private set; }

        public void Consume(ReadOnlySpan<byte> entry, long currentAddress, long nextAddress)
        {
            Count++;
            Sum += entry[0];
        }
    }
}
