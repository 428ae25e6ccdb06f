using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class ConfigsCommandTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_setting_is_set_shown_and_given_back()
    {
        (await CliRun.OfAsync("topics", "create", "orders", "--data", _data.Path)).Ok();

        CliRun set = (await ConfigsAsync("set", "orders", "retention.ms=1000", "cleanup.policy=compact")).Ok();
        Assert.Equal(
            ["SETTING         VALUE    FROM", "retention.ms    1000     topic", "cleanup.policy  compact  topic"],
            set.Lines);

        CliRun deleted = (await ConfigsAsync("delete", "orders", "retention.ms")).Ok();
        Assert.Equal("retention.ms  -1     default", deleted.Lines[1]);

        CliRun all = (await ConfigsAsync("get", "orders")).Ok();
        Assert.Matches("(?m)^cleanup.policy +compact +topic$", all.Output);
        Assert.Matches("(?m)^segment.bytes +\\d+ +default$", all.Output);
        using JsonDocument json = JsonDocument.Parse(
            (await ConfigsAsync("get", "orders", "retention.ms", "--json")).Ok().Output);
        Assert.Equal("-1", json.RootElement[0].GetProperty("value").GetString());
        Assert.Contains("MEANING", (await ConfigsAsync("get", "orders", "--explain")).Ok().Lines[0]);
    }

    [Fact]
    public async Task What_is_no_setting_changes_nothing()
    {
        (await CliRun.OfAsync("topics", "create", "orders", "--data", _data.Path)).Ok();

        Assert.Equal(ExitCodes.Usage, (await ConfigsAsync("get", "orders", "colour")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await ConfigsAsync("set", "orders", "retention.ms")).ExitCode);
        Assert.Equal(ExitCodes.Failed, (await ConfigsAsync("set", "orders", "retention.ms=1", "colour=red")).ExitCode);
        Assert.EndsWith("default", (await ConfigsAsync("get", "orders", "retention.ms")).Ok().Lines[1]);
        Assert.Equal(ExitCodes.Failed, (await ConfigsAsync("get", "payments")).ExitCode);
    }

    private Task<CliRun> ConfigsAsync(params string[] arguments) =>
        CliRun.OfAsync(["configs", .. arguments, "--data", _data.Path]);
}
