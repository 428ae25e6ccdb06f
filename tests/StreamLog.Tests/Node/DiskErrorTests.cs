using System.Globalization;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: reads and writes that the real system fails with EIO are heard by who asked for them, harm no other partition
// and no record that was acknowledged, and are over when the disk is well again.
// Method: strace puts EIO in the place of the result of reads or writes of one file of a child process.
public sealed class DiskErrorTests : NodeTest
{
    [Fact]
    public async Task A_write_that_fails_is_heard_and_the_next_one_succeeds()
    {
        SkipWithoutStrace();
        using TrialDirectory directory = new();
        Run first = await Run.StartAsync(["disk-errors", directory.Path, "append"], wrapper: []);
        Assert.Equal(0, first.Failures);

        Run run = await Run.StartAsync(
            ["disk-errors", directory.Path, "append"],
            Strace(Segments(directory)[^1], "pwrite64,pwritev", "when=3..4"));

        // The active segment takes few appends, and these come from one thread: their calls are the only ones counted.
        Assert.Equal(2, run.Failures);
        Assert.All(run.Lines.Where(line => line.StartsWith("failed", StringComparison.Ordinal)), line =>
            Assert.StartsWith("failed append broken KafkaStorageError", line, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, Run.Appends).Where(number => number is not (2 or 3)), run.Numbers("broken"));
        Assert.Equal(Enumerable.Range(0, Run.Appends), run.Numbers("whole"));
        Assert.Contains("state broken-0 online", run.Lines);
        Assert.Contains("state whole-0 online", run.Lines);
        await CheckAsync(directory, first, run);
    }

    [Fact]
    public async Task A_disk_that_takes_no_write_any_more_fails_its_partition_alone()
    {
        SkipWithoutStrace();
        using TrialDirectory directory = new();
        Run first = await Run.StartAsync(["disk-errors", directory.Path, "append"], wrapper: []);

        Run run = await Run.StartAsync(
            ["disk-errors", directory.Path, "append"],
            Strace(Segments(directory)[^1], "pwrite64,pwritev,ftruncate", "when=1+"));

        Assert.Empty(run.Acknowledged("broken"));
        Assert.Equal(Run.Appends, run.Failures);
        Assert.Contains(run.Lines, line => line.StartsWith("state broken-0 offline", StringComparison.Ordinal));
        Assert.Equal(Run.Appends, run.Acknowledged("whole").Count);
        Assert.Contains("state whole-0 online", run.Lines);
        await CheckAsync(directory, first, run);
    }

    [Fact]
    public async Task A_segment_that_cannot_be_read_is_named_and_everything_else_goes_on()
    {
        SkipWithoutStrace();
        using TrialDirectory directory = new();
        Run first = await Run.StartAsync(["disk-errors", directory.Path, "append"], wrapper: []);

        // Reads of what is open fail from the moment on at which it has another name. So opening the log succeeds.
        string segment = Segments(directory)[1];
        string unreadable = directory.Path + ".unreadable";
        Run run;
        try
        {
            run = await Run.StartAsync(
                ["disk-errors", directory.Path, "read"],
                Strace(unreadable, "pread64,preadv", "when=1+"),
                whenReady: () =>
                {
                    File.Move(segment, unreadable);
                    File.CreateSymbolicLink(segment, unreadable);
                });
        }
        finally
        {
            File.Move(unreadable, segment, overwrite: true);
        }

        string failure = Assert.Single(run.Lines, line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.StartsWith("failed read broken KafkaStorageError", failure, StringComparison.Ordinal);
        Assert.Contains($"read whole {Run.Appends}", run.Lines);
        string found = Assert.Single(run.Lines, line => line.StartsWith("found", StringComparison.Ordinal));
        Assert.StartsWith($"found broken-0 {segment} ", found, StringComparison.Ordinal);
        Assert.Contains("state broken-0 online", run.Lines);
        Assert.Single(run.Acknowledged("broken"));
        await CheckAsync(directory, first, run);
    }

    private static void SkipWithoutStrace()
    {
        bool isThere = OperatingSystem.IsLinux() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "strace")));
        Assert.True(
            isThere || Environment.GetEnvironmentVariable("CI") != "true",
            "strace is missing: apt-get install strace.");
        Assert.SkipUnless(isThere, "Needs Linux and strace, to make reads and writes fail.");
    }

    private static string[] Segments(TrialDirectory directory) =>
        [.. Directory.GetFiles(Path.Combine(directory.Path, "broken-0"), "*.log").Order(StringComparer.Ordinal)];

    private static string[] Strace(string path, string calls, string when) =>
    [
        "strace", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", $"trace={calls}", "-e",
        $"inject={calls}:error=EIO:{when}",
    ];

    // Without strace everything acknowledged is there, under its offset, and both topics work.
    private static async Task CheckAsync(TrialDirectory directory, params Run[] runs)
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(
            new StreamLogOptions { DataDirectory = directory.Path }, cancellationToken: Stop);
        foreach (string topic in (string[])["broken", "whole"])
        {
            List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, new(topic, 0), 0, Stop);
            Assert.Equal(stored.Count, stored.Select(record => record.Value).Distinct().Count());
            foreach ((long offset, string value) in runs.SelectMany(run => run.Acknowledged(topic)))
                Assert.Equal(value, stored[(int)offset].Value);
        }

        await AssertStillWorksAsync(node);
    }

    /// <summary>What a child said.</summary>
    private sealed class Run
    {
        public const int Appends = 40;

        public List<string> Lines { get; } = [];

        public int Failures => Lines.Count(line => line.StartsWith("failed", StringComparison.Ordinal));

        public static async Task<Run> StartAsync(string[] arguments, string[] wrapper, Action? whenReady = null)
        {
            Run run = new();
            using ChildProcess child = ChildProcess.Start(arguments, wrapper);
            while (await child.Output.ReadLineAsync(Stop) is { } line)
            {
                run.Lines.Add(line);
                if (line != "ready")
                    continue;
                whenReady?.Invoke();
                child.EndInput();
            }

            Assert.Equal(0, await child.StopAsync(Stop));
            Assert.Equal("stopped", run.Lines[^1]);
            return run;
        }

        /// <summary>Lists which of its appends were acknowledged.</summary>
        public IEnumerable<int> Numbers(string topic) => Acknowledged(topic)
            .Select(record => int.Parse(record.Value.Split(':')[1], CultureInfo.InvariantCulture));

        public List<(long Offset, string Value)> Acknowledged(string topic) =>
        [
            .. Lines.Select(line => line.Split(' ', 5))
                .Where(parts => parts[0] == "ack" && parts[1] == topic)
                .Select(parts => (long.Parse(parts[3], CultureInfo.InvariantCulture), parts[4])),
        ];
    }
}
