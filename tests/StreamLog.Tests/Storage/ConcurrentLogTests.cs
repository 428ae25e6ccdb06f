using System.Globalization;
using StreamLog.Protocol;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: appends, flushes, rolls, checkpoints, searches, and reads at the tail and of old segments go on beside one
// another on a real disk, and each reader sees each producer's records once and in order. Method: threads of each kind
// on one log of small segments.
public sealed class ConcurrentLogTests : IDisposable
{
    private const int Producers = 4;
    private const int BatchesEach = 400;

    private static readonly LogConfig Small = new() { SegmentBytes = 16 * 1024, IndexIntervalBytes = 512 };

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("streamlog-test-");

    private string Home => Path.Combine(_root.FullName, "data");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Readers_see_all_records_of_each_producer_in_order_while_everything_goes_on()
    {
        using PhysicalFileSystem files = new();
        LogDirectorySettings settings = new()
        {
            NodeId = 1,
            TailCacheBytesMax = 8 * 1024,
            TailCacheEntriesMax = 16,
            OpenFilesMax = 2,
        };
        LogHarness log = new(files, Small, settings: settings, root: Home);

        Task[] producers =
            [.. Enumerable.Range(0, Producers).Select(producer => Task.Run(() => Produce(log, producer)))];
        Task<List<string>>[] readers =
            [.. Enumerable.Range(0, 3).Select(reader => Task.Run(() => ReadToEnd(log, onlyDurable: reader == 0)))];
        Task cutter = Task.Run(() => Tick(log, Task.WhenAll(producers)));
        await Task.WhenAll([.. producers, .. readers, cutter]);

        foreach (Task<List<string>> reader in readers)
            Check(await reader);
        await log.Directory.DisposeAsync();
        LogHarness after = new(files, Small, settings: settings, root: Home);
        Assert.True(after.Directory.WasCleanShutdown);
        Assert.Equal(await readers[0], after.ReadAll().Select(record => record.Value));
        await after.Directory.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_at_the_start_finds_its_record_or_is_told_that_it_is_gone()
    {
        const int Records = 400;
        LogHarness log = new(
            new InMemoryFileSystem(1 << 24),
            new LogConfig { SegmentBytes = 100, FileDeleteDelayMs = 0 },
            new LogDirectorySettings { NodeId = 1, TailCacheBytesMax = 1 });
        for (int i = 0; i < Records; i++)
            log.Append("value");

        Task trimming = Task.Run(() =>
        {
            for (int start = 1; start < Records; start++)
                log.Log.TrimTo(start);
        });
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (log.Log.LogStartOffset < Records - 1)
            {
                LogReadResult result = log.Log.Read(log.Log.LogStartOffset, Records, 1, atLeastOneBatch: true);
                using RecordBuffer bytes = result.Records;
                Assert.True(bytes.Length > 0 || result.ErrorCode == ErrorCode.OffsetOutOfRange, result.Message);
            }
        })).Append(trimming));
    }

    private static void Produce(LogHarness log, int producer)
    {
        for (int i = 0; i < BatchesEach; i++)
        {
            string value = string.Create(CultureInfo.InvariantCulture, $"{producer}:{i}");
            AppendResult result = log.AppendIdempotent(producer, 0, i, value);
            Assert.Equal(ErrorCode.None, result.ErrorCode);
            log.Flush();
        }
    }

    private static List<string> ReadToEnd(LogHarness log, bool onlyDurable)
    {
        List<string> values = [];
        long offset = 0;
        while (values.Count < Producers * BatchesEach)
        {
            long limit = onlyDurable ? log.Log.DurableOffset : log.Log.LogEndOffset;
            LogReadResult result = log.Log.Read(offset, limit, 2_000, atLeastOneBatch: true);
            Assert.True(result.ErrorCode == ErrorCode.None, result.Message);
            using RecordBuffer bytes = result.Records;
            if (bytes.Length == 0)
            {
                Thread.Yield();
                continue;
            }

            foreach ((long at, string value) in LogHarness.Decode(bytes))
            {
                Assert.Equal(offset++, at);
                values.Add(value);
            }
        }

        return values;
    }

    private static void Tick(LogHarness log, Task done)
    {
        while (!done.IsCompleted)
        {
            log.Directory.Tick();
            log.Directory.WriteCheckpoints();
            Assert.NotEmpty(log.Log.Segments);
            log.Log.FindOffsetByTimestamp(1_000);
        }
    }

    private static void Check(List<string> values)
    {
        int[] next = new int[Producers];
        foreach (string value in values)
        {
            int colon = value.IndexOf(':', StringComparison.Ordinal);
            int producer = int.Parse(value[..colon], CultureInfo.InvariantCulture);
            Assert.Equal(next[producer]++, int.Parse(value[(colon + 1)..], CultureInfo.InvariantCulture));
        }

        Assert.All(next, count => Assert.Equal(BatchesEach, count));
    }
}
