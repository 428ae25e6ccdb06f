using System.Globalization;
using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Samples;

/// <summary>The sample of a handler pays what the data says, and puts aside what the bank refuses, also after it was
/// killed.</summary>
public sealed class WorkerServiceTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-worker-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Every_claim_is_paid_or_put_aside_and_a_second_run_has_nothing_to_do()
    {
        using SampleProcess first = await RunAsync();
        using SampleProcess second = await RunAsync();

        Assert.Contains("0 claims were in the log", first.Output);
        Assert.Contains($"{Claims().Length} claims were in the log", second.Output);
        Assert.Contains($"The bank did not answer {Claims().Count(claim => claim.Row % 10 == 0)} times.", first.Output);
        Assert.Contains("The bank did not answer 0 times.", second.Output);
        Assert.All([first, second], AssertReport);
    }

    [Fact]
    public async Task Killed_at_work_it_goes_on_where_it_was()
    {
        using (SampleProcess killed = SampleProcess.Start("WorkerService", _directory.FullName))
        {
            await killed.WaitForLineAsync("claims were in the log");
            await killed.KillAsync();
        }

        using SampleProcess next = await RunAsync();

        AssertReport(next);
    }

    private static void AssertReport(SampleProcess run)
    {
        (int Row, long Cost)[] paid = [.. Claims().Where(claim => claim.Cost <= 1_000_000)];
        (int Row, long Cost)[] refused = [.. Claims().Except(paid)];

        Assert.Contains($"Paid {paid.Length} claims, {paid.Sum(claim => claim.Cost)} in all.", run.Output);
        Assert.Equal(refused.Length, run.Output.Split("Put aside").Length - 1);
        Assert.All(refused, claim => Assert.Contains(
            $"{claim.Cost} is above the limit of 1000000. (3 attempts)", run.Output));
    }

    private async Task<SampleProcess> RunAsync()
    {
        SampleProcess sample =
            await SampleProcess.RunAsync("WorkerService", _directory.FullName, "--Once", "true");
        Assert.Equal("", sample.Errors);
        Assert.Equal(0, sample.ExitCode);
        return sample;
    }

    // From the file alone, with none of the sample's code.
    private static (int Row, long Cost)[] Claims()
    {
        string file = Path.Combine(SourceTree.RepositoryRoot, "samples", "data", "birdstrikes.csv");
        return
        [
            .. File.ReadLines(file).Skip(1)
                .Select((line, row) => (row, long.Parse(line.Split(',')[12], CultureInfo.InvariantCulture)))
                .Where(claim => claim.Item2 > 0),
        ];
    }
}
