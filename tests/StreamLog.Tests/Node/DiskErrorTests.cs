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
            Strace(directory, "broken-0/*active*", "pwrite64,pwritev", "when=3..4"));

        // The calls are counted for each thread of the process, and appends come from several.
        Assert.InRange(run.Failures, 1, Run.Appends / 2);
        Assert.All(run.Lines.Where(line => line.StartsWith("failed", StringComparison.Ordinal)), line =>
            Assert.StartsWith("failed append broken KafkaStorageError", line, StringComparison.Ordinal));
        Assert.Contains("state broken-0 online", run.Lines);
        Assert.Contains("state whole-0 online", run.Lines);
        Assert.Equal(Run.Appends, run.Acknowledged("whole").Count);
        Assert.Equal(Run.Appends - run.Failures, run.Acknowledged("broken").Count);
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
            Strace(directory, "broken-0/*active*", "pwrite64,pwritev,ftruncate", "when=1+"));

        Assert.True(run.Acknowledged("broken").Count <= 2);
        Assert.Contains(run.Lines, line => line.StartsWith("state broken-0 offline", StringComparison.Ordinal));
        Assert.Equal(Run.Appends, run.Acknowledged("whole").Count);
        Assert.Contains("state whole-0 online", run.Lines);
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

    private static string[] Strace(TrialDirectory directory, string file, string calls, string when)
    {
        string[] segments =
            [.. Directory.GetFiles(Path.Combine(directory.Path, "broken-0"), "*.log").Order(StringComparer.Ordinal)];
        string path = file.EndsWith("*active*", StringComparison.Ordinal) ? segments[^1] : segments[1];
        return
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", $"trace={calls}", "-e",
            $"inject={calls}:error=EIO:{when}",
        ];
    }

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

        public static async Task<Run> StartAsync(string[] arguments, string[] wrapper)
        {
            Run run = new();
            using ChildProcess child = ChildProcess.Start(arguments, wrapper);
            while (await child.Output.ReadLineAsync(Stop) is { } line)
                run.Lines.Add(line);
            Assert.Equal(0, await child.StopAsync(Stop));
            Assert.Equal("stopped", run.Lines[^1]);
            return run;
        }

        public List<(long Offset, string Value)> Acknowledged(string topic) =>
        [
            .. Lines.Select(line => line.Split(' ', 5))
                .Where(parts => parts[0] == "ack" && parts[1] == topic)
                .Select(parts => (long.Parse(parts[3], CultureInfo.InvariantCulture), parts[4])),
        ];
    }
}
