using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class GroupsCommandTests : IAsyncLifetime
{
    private readonly TempDirectory _data = new();

    public async ValueTask InitializeAsync()
    {
        (await CliRun.OfAsync("topics", "create", "orders", "-p", "2", "--data", _data.Path)).Ok();
        (await CliRun.WithInputAsync("1\n2\n3\n4\n5\n", "produce", "orders", "-p", "0", "--data", _data.Path)).Ok();
        (await CliRun.OfAsync("consume", "orders", "-g", "billing", "-n", "2", "--data", _data.Path)).Ok();
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Groups_are_listed_and_described_with_their_lag()
    {
        CliRun list = (await GroupsAsync("list")).Ok();
        Assert.Equal(["GROUP    TYPE      STATE", "billing  consumer  Empty"], list.Lines);

        CliRun described = (await GroupsAsync("describe", "billing")).Ok();
        Assert.StartsWith("billing  (consumer, Empty", described.Lines[0]);
        Assert.Equal("TOPIC   PARTITION  OFFSET  END  LAG  MEMBER", described.Lines[1]);
        Assert.Equal("orders          0       2    5    3  -", described.Lines[2]);

        using JsonDocument json = JsonDocument.Parse((await GroupsAsync("describe", "billing", "--json")).Output);
        Assert.Equal(3, json.RootElement.GetProperty("offsets")[0].GetProperty("lag").GetInt64());
    }

    [Theory]
    [InlineData(0, "--to", "beginning")]
    [InlineData(5, "--to", "end")]
    [InlineData(4, "--to", "4")]
    [InlineData(4, "--to", "end-1")]
    [InlineData(5, "--to", "2100-01-01")]
    [InlineData(3, "--by", "1")]
    [InlineData(1, "--by", "-1")]
    [InlineData(0, "--by", "-99")]
    [InlineData(5, "--by", "99")]
    public async Task Offsets_move_only_when_that_is_said(long expected, params string[] where)
    {
        CliRun shown = (await GroupsAsync(["reset", "billing", "-t", "orders:0", .. where])).Ok();
        Assert.Equal($"orders          0       2      {expected}", shown.Lines[1]);
        Assert.Equal("Nothing is changed yet: add --execute to do it.", shown.Lines[2]);
        Assert.Equal(2, await OffsetAsync());

        (await GroupsAsync(["reset", "billing", "-t", "orders:0", "--execute", .. where])).Ok();
        Assert.Equal(expected, await OffsetAsync());
    }

    [Fact]
    public async Task A_group_that_is_not_there_yet_gets_offsets_where_topics_are_named()
    {
        Assert.Equal(ExitCodes.Failed, (await GroupsAsync("reset", "new", "--to", "3")).ExitCode);

        (await GroupsAsync("reset", "new", "--to", "3", "--topic", "orders", "--execute")).Ok();

        CliRun rest = await CliRun.OfAsync("consume", "orders", "-g", "new", "--data", _data.Path);
        Assert.Equal("4\n5\n", rest.Ok().Output);
    }

    [Fact]
    public async Task Offsets_and_groups_are_deleted()
    {
        Assert.Equal(ExitCodes.Failed, (await GroupsAsync("delete-offsets", "billing", "-t", "orders:1")).ExitCode);
        (await GroupsAsync("delete-offsets", "billing", "-t", "orders:0")).Ok();
        Assert.Equal(ExitCodes.Failed, (await GroupsAsync("delete-offsets", "billing", "-t", "orders")).ExitCode);

        (await GroupsAsync("reset", "billing", "--to", "3", "-t", "orders", "--execute")).Ok();
        Assert.Equal("Deleted group 'billing'.\n", (await GroupsAsync("delete", "billing")).Ok().Output);
        Assert.Equal(["GROUP  TYPE  STATE"], (await GroupsAsync("list")).Ok().Lines);
    }

    [Fact]
    public async Task What_is_not_there_or_makes_no_sense_is_said()
    {
        Assert.Contains("There is no group 'x'", (await GroupsAsync("describe", "x")).Errors);
        Assert.Equal(ExitCodes.Failed, (await GroupsAsync("delete", "x")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await GroupsAsync("reset", "billing")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await GroupsAsync("reset", "billing", "--to", "1", "--by", "1")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await GroupsAsync("reset", "billing", "--to", "1", "-t", "a:x")).ExitCode);
    }

    private async Task<long> OffsetAsync()
    {
        using JsonDocument json = JsonDocument.Parse((await GroupsAsync("describe", "billing", "--json")).Ok().Output);
        return json.RootElement.GetProperty("offsets")[0].GetProperty("offset").GetInt64();
    }

    private Task<CliRun> GroupsAsync(params string[] arguments) =>
        CliRun.OfAsync(["groups", .. arguments, "--data", _data.Path]);
}
