using System.Globalization;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: an fsync that the real system fails is heard by the producer, never retried, and believed: the partition goes
// offline, the others work on, and what had been acknowledged before is there after a restart.
// Method: strace puts EIO in the place of the result of fsync and fdatasync on one file of a child process.
public sealed class FlushFailureTests : NodeTest
{
    [Fact]
    public async Task A_segment_that_cannot_be_flushed_takes_its_partition_offline_and_no_other()
    {
        SkipWithoutStrace();
        using TrialDirectory directory = new();

        List<string> lines = await RunAsync(directory.Path, "broken-0/00000000000000000000.log");

        string failure = lines.First(line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.StartsWith("failed broken KafkaStorageError", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => IsAcknowledgedAfter(line, "broken"));
        Assert.Equal(4, lines.Count(line => IsAcknowledgedAfter(line, "whole")));
        string state = Assert.Single(lines, line => line.StartsWith("state broken-0", StringComparison.Ordinal));
        Assert.StartsWith("state broken-0 offline", state, StringComparison.Ordinal);
        Assert.Contains("00000000000000000000.log", state, StringComparison.Ordinal);
        Assert.Contains("state whole-0 online", lines);
        await AssertAllThereAsync(directory.Path, lines);
    }

    [Fact]
    public async Task A_metadata_log_that_cannot_be_flushed_is_heard_of()
    {
        SkipWithoutStrace();
        using TrialDirectory directory = new();
        await using (StreamLogNode node = await StreamLogNode.StartAsync(
            new StreamLogOptions { DataDirectory = directory.Path }, cancellationToken: Stop))
        {
            await node.Admin.CreateTopicAsync("broken", cancellationToken: Stop);
            await node.Admin.CreateTopicAsync("whole", cancellationToken: Stop);
        }

        List<string> lines = await RunAsync(directory.Path, "__cluster_metadata-0/00000000000000000000.log", from: 1);

        // Every new producer needs an id from the metadata log, and sooner or later a new block of them.
        Assert.Contains(lines, line => line.Contains("KafkaStorageError"));
        await AssertAllThereAsync(directory.Path, lines);
    }

    private static bool IsAcknowledgedAfter(string line, string topic) =>
        line.StartsWith($"ack {topic}", StringComparison.Ordinal) && line.Contains("after", StringComparison.Ordinal);

    private static void SkipWithoutStrace()
    {
        bool isThere = OperatingSystem.IsLinux() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "strace")));
        Assert.True(
            isThere || Environment.GetEnvironmentVariable("CI") != "true",
            "strace is missing: apt-get install strace.");
        Assert.SkipUnless(isThere, "Needs Linux and strace, to make fsync fail.");
    }

    private static async Task<List<string>> RunAsync(string directory, string file, int from = 3)
    {
        using ChildProcess child = ChildProcess.Start(
            ["flush-failure", directory],
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-P",
            Path.Combine(directory, file),
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            $"inject=fsync,fdatasync:error=EIO:when={from}+");
        List<string> lines = [];
        while (await child.Output.ReadLineAsync(Stop) is { } line)
            lines.Add(line);

        await child.StopAsync(Stop);
        return lines;
    }

    private static async Task AssertAllThereAsync(string directory, List<string> lines)
    {
        await using StreamLogNode node =
            await StreamLogNode.StartAsync(new StreamLogOptions { DataDirectory = directory }, cancellationToken: Stop);
        foreach (string topic in new[] { "broken", "whole" })
        {
            List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, new(topic, 0), 0, Stop);
            Assert.Equal(stored.Count, stored.Select(record => record.Value).Distinct().Count());
            foreach (string[] parts in lines.Select(line => line.Split(' ', 5)).Where(parts => parts[0] == "ack"))
            {
                if (parts[1] == topic)
                    Assert.Equal(parts[4], stored[int.Parse(parts[3], CultureInfo.InvariantCulture)].Value);
            }
        }

        await AssertStillWorksAsync(node);
    }
}
