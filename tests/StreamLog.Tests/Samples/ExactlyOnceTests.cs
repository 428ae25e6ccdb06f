using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Samples;

/// <summary>The sample of transactions counts what the data says, however often it is killed.</summary>
public sealed class ExactlyOnceTests : IDisposable
{
    // One that has lost rows would wait for them for ever.
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-exactlyonce-");

    // From the file alone, with none of the sample's code.
    private readonly string[] _rows = [.. File
        .ReadLines(Path.Combine(SourceTree.RepositoryRoot, "samples", "data", "birdstrikes.csv")).Skip(1)];

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task It_counts_what_the_data_says_and_a_second_run_counts_nothing_twice()
    {
        using SampleProcess first = await RunAsync();
        using SampleProcess second = await RunAsync();
        using SampleProcess fresh = await RunAsync("--fresh");

        Assert.Contains("10,000 of 10,000 rows are in the log", first.Output);
        Assert.DoesNotContain("rows are in the log", second.Output);
        Assert.Contains("Starting over", fresh.Output);
        Assert.Contains("10,000 of 10,000 rows are in the log", fresh.Output);
        Assert.All([first, second, fresh], run => Assert.Equal(ExpectedReport(), ReportOf(run)));
        await AssertLogAsync();
    }

    [Fact]
    public async Task However_often_it_is_killed_it_counts_each_row_once()
    {
        // In the import, and then in every step of a transaction: its records, its offsets, its end.
        foreach ((string log, int writes) in new (string, int)[]
        {
            ("strikes-", 61), ("__transaction_state-", 45), ("strikes-", 14), ("counts-", 20),
            ("__transaction_state-", 73), ("__consumer_offsets-", 22), ("counts-", 31), ("__transaction_state-", 66),
            ("counts-", 1),
        })
        {
            await RunUntilWrittenAsync(log, writes);
        }

        using SampleProcess last = await RunAsync();

        Assert.Equal(ExpectedReport(), ReportOf(last));
        await AssertLogAsync();
    }

    /// <summary>Runs the sample, and kills it at once when it has written so often to a log. One that is through before
    /// ends by itself.</summary>
    private async Task RunUntilWrittenAsync(string log, int writes)
    {
        Lock gate = new();
        using SampleProcess sample = SampleProcess.Start("ExactlyOnce", _directory.FullName);
        using FileSystemWatcher watcher = new(_directory.FullName, "*.log")
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite,
        };
        watcher.Changed += (_, change) =>
        {
            string folder = Path.GetFileName(Path.GetDirectoryName(change.FullPath)!);
            lock (gate)
            {
                if (folder.StartsWith(log, StringComparison.Ordinal) && --writes == 0)
                    sample.Kill();
            }
        };
        watcher.EnableRaisingEvents = true;
        await sample.WaitForEndAsync().WaitAsync(HangLimit);
        bool isKilled;
        lock (gate)
        {
            isKilled = writes <= 0;
            writes = 0;
        }

        Assert.Equal("", sample.Errors);
        Assert.True(isKilled || sample.ExitCode == 0, sample.Output);
    }

    /// <summary>Reads what the sample has left, as anybody would who reads committed records.</summary>
    private async Task AssertLogAsync()
    {
        await using StreamLogNode node = await StreamLogNode.StartAsync(new()
        {
            DataDirectory = Path.Combine(_directory.FullName, "exactlyonce-data"),
            Consumer = { Isolation = IsolationLevel.ReadCommitted },
        });
        List<Record<string, string>> strikes =
            [.. node.Topic<string, string>("strikes").ReadAsync(StartAt.Earliest).ToBlockingEnumerable()];
        List<Record<string, long>> counts =
            [.. node.Topic<string, long>("counts").ReadAsync(StartAt.Earliest).ToBlockingEnumerable()];

        Assert.Equal(10_000, strikes.Count);
        Assert.Equal(_rows.Order(), strikes.Select(strike => strike.Value).Order());
        Assert.Equal(
            ExpectedCounts().OrderBy(count => count.Key, StringComparer.Ordinal),
            counts.GroupBy(count => count.Key, count => count.Value)
                .Select(values => KeyValuePair.Create(values.Key, values.Last()))
                .OrderBy(count => count.Key, StringComparer.Ordinal));
        Assert.Equal(10_000, counts.GroupBy(count => count.Key).Sum(values => values.Last().Value));
        Assert.All(
            counts.GroupBy(count => count.Key, count => count.Value),
            values => Assert.Equal(values.Distinct().Order(), values));
    }

    private async Task<SampleProcess> RunAsync(params string[] arguments)
    {
        SampleProcess sample = SampleProcess.Start("ExactlyOnce", _directory.FullName, arguments);
        try
        {
            await sample.WaitForEndAsync().WaitAsync(HangLimit);
            Assert.Equal("", sample.Errors);
            Assert.Equal(0, sample.ExitCode);
            return sample;
        }
        catch
        {
            sample.Dispose();
            throw;
        }
    }

    private Dictionary<string, long> ExpectedCounts() =>
        _rows.CountBy(row => row.Split(',')[8]).ToDictionary(count => count.Key, count => (long)count.Value);

    private string[] ExpectedReport()
    {
        Dictionary<string, long> counts = ExpectedCounts();
        IEnumerable<string> top = counts
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
            .Take(10).Select(count => $"{count.Value} {count.Key}");
        return [.. top, $"{_rows.Length} all {counts.Count} species"];
    }

    private static string[] ReportOf(SampleProcess sample) =>
        [.. sample.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(line => !line.EndsWith("species", StringComparison.Ordinal)).Skip(1)
            .Select(line => string.Join(' ', line.Replace(",", "", StringComparison.Ordinal)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
