using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Tests.Hosting;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: who waits for a start sees that it goes on, and how far it is. Method: virtual time, and a callback that keeps
// what it is told, or fails.
public sealed class RecoveryProgressTests : IDisposable
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly LogLines _lines = new();

    public void Dispose() => _lines.Dispose();

    [Fact]
    public void It_is_told_at_the_beginning_once_a_second_and_at_the_end()
    {
        Told told = new();
        RecoveryTracker tracker = Create(told);

        tracker.Begin(3);
        tracker.Found(100);
        tracker.Opened(isOnline: true);
        _environment.Time.Advance(TimeSpan.FromMilliseconds(999));
        tracker.Scanned(40);
        _environment.Time.Advance(TimeSpan.FromMilliseconds(1));
        tracker.Scanned(60);
        tracker.Opened(isOnline: false);
        tracker.Opened(isOnline: true);
        tracker.End();

        Assert.Equal(
            [
                (0, 0, 0L, 0L, false),
                (1, 0, 100L, 100L, false),
                (3, 1, 100L, 100L, true),
            ],
            told.Values.Select(
                value => (value.Opened, value.Offline, value.BytesScanned, value.BytesToScan, value.IsComplete)));
        Assert.All(told.Values, value => Assert.Equal(3, value.Partitions));
        Assert.Equal(TimeSpan.FromSeconds(1), told.Values[^1].Elapsed);
        Assert.Equal(
            ["1016 Opened /data: 3 of 3 partitions (1 offline), 100 bytes scanned, in 00:00:01."], _lines.Lines);
    }

    [Fact]
    public void The_log_says_every_five_seconds_how_far_it_is()
    {
        RecoveryTracker tracker = Create(progress: null);

        tracker.Begin(2);
        tracker.Found(1_000);
        for (int second = 0; second < 12; second++)
        {
            _environment.Time.Advance(TimeSpan.FromSeconds(1));
            tracker.Scanned(10);
        }

        Assert.Equal(
            [
                "1015 Opening /data: 0 of 2 partitions, 50 of 1000 bytes scanned, 00:00:05 so far.",
                "1015 Opening /data: 0 of 2 partitions, 100 of 1000 bytes scanned, 00:00:10 so far.",
            ],
            _lines.Lines);
    }

    [Fact]
    public void A_callback_that_fails_is_logged_and_asked_again()
    {
        Told told = new() { Failure = new InvalidOperationException("A mistake.") };
        RecoveryTracker tracker = Create(told);

        tracker.Begin(1);
        tracker.Opened(isOnline: true);
        tracker.End();

        Assert.Equal(2, told.Values.Count);
        Assert.Equal(2, _lines.Lines.Count(line => line.StartsWith("1017 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Outside_of_a_start_nothing_is_told()
    {
        Told told = new();
        RecoveryTracker tracker = Create(told);

        tracker.Found(1);
        tracker.Scanned(1);
        tracker.Opened(isOnline: true);

        Assert.Empty(told.Values);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_tells_what_it_opened_and_scanned(bool isClean)
    {
        SimulatedDisk disk = new();
        StreamLogNode first = await StartAsync(disk, new Told());
        await first.Admin.CreateTopicAsync("orders", partitions: 20);
        await using (IProducer<string, string> producer = first.CreateProducer<string, string>())
        {
            for (int i = 0; i < 20; i++)
                await producer.AppendAsync("orders", new ProducerRecord<string, string>("k", "v") { Partition = i });
        }

        // The flush marks of this second are not on the disk.
        SimulatedDisk left = disk.Crash();
        await first.DisposeAsync();
        Told told = new();
        StreamLogNode second = await StartAsync(isClean ? disk : left, told);
        await second.DisposeAsync();

        Assert.Equal((0, false), (told.Values[0].Opened, told.Values[0].IsComplete));
        RecoveryProgress last = told.Values[^1];
        Assert.True(last.IsComplete);
        Assert.Equal((20, 0), (last.Opened, last.Offline));
        Assert.Equal(last.BytesToScan, last.BytesScanned);
        Assert.Equal(isClean, last.BytesScanned == 0);
    }

    private static async Task<StreamLogNode> StartAsync(SimulatedDisk disk, Told told) =>
        await StreamLogNode.StartAsync(
            new StreamLogOptions { DataDirectory = "/data", RecoveryProgress = told },
            environment: new SimulatedEnvironment(3, disk));

    private RecoveryTracker Create(IProgress<RecoveryProgress>? progress) =>
        new(_environment.Time, _lines, "/data", progress);

    private sealed class Told : IProgress<RecoveryProgress>
    {
        public List<RecoveryProgress> Values { get; } = [];

        public Exception? Failure { get; init; }

        public void Report(RecoveryProgress value)
        {
            Values.Add(value);
            if (Failure is not null)
                throw Failure;
        }
    }
}
