using System.Globalization;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: ten thousand partitions under a limit of 4,096 open files and in little memory, each of which keeps what it was
// given over a stop and over a kill. Method: three processes one after the other, each of which tells what it holds in
// memory once it has started, reads everything there is, checks it, and appends to every partition; the first one
// stops, the second one dies, the third one stops.
public sealed class ManyPartitionsTests : NodeTest
{
    private const int Partitions = 10_000;
    private const int OpenFilesMax = 4_096;

    // Of the heap, for a partition that was opened and that nobody uses, with its part of the metadata.
    private const int IdleBytesMax = 6 * 1024;

    [Fact]
    public async Task Ten_thousand_partitions_fit_below_a_limit_of_4096_open_files()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set, and the open files are counted, as on Linux.");
        using TrialDirectory directory = new();

        await RunAsync(directory.Path, rounds: 0, end: "stop");
        (int offline, long scanned) = await RunAsync(directory.Path, rounds: 1, end: "die");
        Assert.Equal((0, 0), (offline, scanned));

        (offline, scanned) = await RunAsync(directory.Path, rounds: 2, end: "stop");
        Assert.Equal(0, offline);
        Assert.True(scanned > 0);
    }

    private static async Task<(int Offline, long Scanned)> RunAsync(string directory, int rounds, string end)
    {
        using ChildProcess child = ChildProcess.Start(
            ["many", directory, $"{Partitions}", $"{rounds}", end],
            "sh", "-c", $"ulimit -n {OpenFilesMax} && exec \"$0\" \"$@\"");
        int offline = 0;
        long scanned = 0;
        bool isKeptTold = rounds == 0;
        List<string> lines = [];
        while (await child.Output.ReadLineAsync(Stop) is { } line)
        {
            lines.Add(line);
            string[] words = line.Split(' ');
            if (words is ["opened", string opened, "offline", string left, "scanned", string bytes])
            {
                Assert.Equal(Partitions, Number(opened));
                offline = (int)Number(left);
                scanned = Number(bytes);
            }
            else if (words is ["kept", string kept] && rounds > 0)
            {
                Assert.InRange(Number(kept), 100, IdleBytesMax);
                isKeptTold = true;
            }
            else if (words is ["files", string files])
            {
                Assert.InRange(Number(files), 1_000, OpenFilesMax - 1);
            }
        }

        int exitCode = await child.StopAsync(Stop);
        Assert.Contains(lines, line => line.StartsWith(end == "die" ? "files" : "stopped", StringComparison.Ordinal));
        Assert.True(isKeptTold);
        Assert.True(end == "die" || exitCode == 0, $"The child ended with {exitCode}: {string.Join("; ", lines)}.");
        return (offline, scanned);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
