using System.Globalization;
using StreamLog.Tests.Architecture;
using Xunit;

namespace StreamLog.Tests.Samples;

/// <summary>The sample is run as a newcomer runs it, and its report is compared with the data, found by other
/// means.</summary>
public sealed class QuickStartTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-quickstart-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task It_reports_what_the_data_says_and_goes_on_from_its_committed_offsets()
    {
        using SampleProcess first = await RunAsync();
        using SampleProcess second = await RunAsync();
        using SampleProcess fresh = await RunAsync("--fresh");

        Assert.Contains("10,000 of 10,000 rows are on disk", first.Output);
        Assert.Contains("Read 10,000 new records", first.Output);
        Assert.DoesNotContain("Going on", first.Output);
        Assert.Contains(
            "Going on from the committed offsets: 10,000 rows are stored, 10,000 of them read", second.Output);
        Assert.Contains("Read 0 new records", second.Output);
        Assert.Contains("Starting over", fresh.Output);
        Assert.Contains("Read 10,000 new records", fresh.Output);
        Assert.All([first, second, fresh], run => Assert.Equal(ExpectedReport(), ReportOf(run)));
    }

    [Theory]
    [InlineData("4,000 of 10,000 rows are on disk")]
    [InlineData("4,000 of 10,000 records are read")]
    public async Task Killed_half_way_it_neither_loses_nor_repeats_a_row(string line)
    {
        using (SampleProcess killed = SampleProcess.Start("QuickStart", _directory.FullName))
        {
            await killed.WaitForLineAsync(line);
            await killed.KillAsync();
        }

        using SampleProcess next = await RunAsync();

        Assert.Contains("Going on from the committed offsets", next.Output);
        Assert.Equal(ExpectedReport(), ReportOf(next));
    }

    [Fact]
    public async Task An_argument_that_it_does_not_know_is_refused_with_the_usage()
    {
        using SampleProcess sample = await SampleProcess.RunAsync("QuickStart", _directory.FullName, "--frehs");

        Assert.Equal(2, sample.ExitCode);
        Assert.Contains("'--frehs' is not understood. Usage: QuickStart", sample.Errors);
        Assert.Empty(_directory.GetFileSystemInfos());
    }

    [Fact]
    public async Task The_example_of_the_readme_runs()
    {
        using SampleProcess sample = await SampleProcess.RunAsync("ReadmeExample", _directory.FullName);

        Assert.Equal("", sample.Errors);
        Assert.Equal(0, sample.ExitCode);
        Assert.Contains("customer-7: 3 apples", sample.Output);
        Assert.Contains("Billing customer-7 for 3 apples.", sample.Output);
    }

    private async Task<SampleProcess> RunAsync(params string[] arguments)
    {
        SampleProcess sample = await SampleProcess.RunAsync("QuickStart", _directory.FullName, arguments);
        Assert.Equal("", sample.Errors);
        Assert.Equal(0, sample.ExitCode);
        return sample;
    }

    // From the file alone, with none of the sample's code.
    private static string[] ExpectedReport()
    {
        string file = Path.Combine(SourceTree.RepositoryRoot, "samples", "data", "birdstrikes.csv");
        (string Airport, long Cost)[] rows =
            [.. from line in File.ReadLines(file).Skip(1)
                let fields = line.Split(',')
                select (fields[0], long.Parse(fields[12], CultureInfo.InvariantCulture))];
        IEnumerable<string> top =
            (from row in rows
             group row.Cost by row.Airport into airport
             orderby airport.Count() descending, airport.Key
             select $"{airport.Count()} {airport.Sum()} {airport.Key}").Take(10);

        int airports = rows.DistinctBy(row => row.Airport).Count();
        return [.. top, $"{rows.Length} {rows.Sum(row => row.Cost)} all {airports} airports"];
    }

    private static string[] ReportOf(SampleProcess sample) =>
        [.. sample.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(line => !line.EndsWith("airport", StringComparison.Ordinal)).Skip(1)
            .Select(line => string.Join(' ', line.Replace(",", "", StringComparison.Ordinal)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
