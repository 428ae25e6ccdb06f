using System.Text.Json;
using StreamLog.Cli.Benchmarking;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("50")]
    public async Task What_is_produced_is_counted_and_consumed(string inFlight)
    {
        CliRun produced = (await CliRun.OfAsync(
            "bench", "produce", "bench", "-n", "200", "--size", "10", "-p", "2", "--in-flight", inFlight, "--json",
            "--data", _data.Path)).Ok();

        using JsonDocument json = JsonDocument.Parse(produced.Output);
        Assert.Equal(200, json.RootElement.GetProperty("records").GetInt64());
        Assert.Equal(2000, json.RootElement.GetProperty("bytes").GetInt64());
        JsonElement latency = json.RootElement.GetProperty("latencyMs");
        Assert.True(latency.GetProperty("p50").GetDouble() <= latency.GetProperty("max").GetDouble());

        CliRun consumed = (await CliRun.OfAsync("bench", "consume", "bench", "--data", _data.Path)).Ok();
        Assert.StartsWith("200 records, 2.0 KiB in ", consumed.Output);
    }

    [Fact]
    public async Task An_empty_topic_is_consumed_at_once()
    {
        (await CliRun.OfAsync("topics", "create", "bench", "--data", _data.Path)).Ok();

        CliRun run = (await CliRun.OfAsync("bench", "consume", "bench", "--data", _data.Path)).Ok();

        Assert.StartsWith("0 records, 0 B in ", run.Output);
    }

    [Fact]
    public void Percentiles_are_those_of_the_sorted_times()
    {
        Latencies latencies = new(100);
        for (int i = 100; i > 0; i--)
            latencies.Add(TimeSpan.FromMilliseconds(i));
        latencies.Sort();

        Assert.Equal(50, latencies.Percentile(0.5).TotalMilliseconds);
        Assert.Equal(99, latencies.Percentile(0.99).TotalMilliseconds);
        Assert.Equal(100, latencies.Percentile(0.999).TotalMilliseconds);
        Assert.Equal(100, latencies.Percentile(1).TotalMilliseconds);
        Assert.Equal(TimeSpan.Zero, new Latencies(1).Percentile(0.5));
    }

    [Fact]
    public async Task Numbers_that_make_no_sense_are_refused()
    {
        Assert.Equal(ExitCodes.Usage, (await CliRun.OfAsync(
            "bench", "produce", "bench", "-n", "0", "--data", _data.Path)).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await CliRun.OfAsync(
            "bench", "produce", "bench", "--in-flight", "0", "--data", _data.Path)).ExitCode);
    }
}
