using System.Net.Sockets;
using System.Text.Json;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_says_where_it_listens_and_stops_on_ctrl_c(bool isInMemory)
    {
        using CancellationTokenSource stop = new();
        WatchedStream output = new();
        string[] where = isInMemory ? ["--memory"] : ["--data", _data.Path];
        Task<CliRun> run = CliRun.OfAsync(
            Stream.Null, output, stop.Token, ["serve", "--kafka", "127.0.0.1:0", "--json", .. where]);
        await Task.WhenAny(output.Received("}\n"), run);

        using JsonDocument ready = JsonDocument.Parse(output.Text);
        int port = ready.RootElement.GetProperty("port").GetInt32();
        using (TcpClient client = new())
            await client.ConnectAsync("127.0.0.1", port);
        Assert.False(run.IsCompleted);
        await stop.CancelAsync();

        CliRun stopped = await run;
        Assert.Equal("", stopped.Errors);
        Assert.Equal(ExitCodes.Success, stopped.ExitCode);
        Assert.Equal(!isInMemory, File.Exists(_data[".kafka_cleanshutdown"]));
    }

    [Fact]
    public async Task A_port_in_use_is_one_line()
    {
        using TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();

        CliRun run = await CliRun.OfAsync("serve", "--memory", "--kafka", $"{taken.LocalEndpoint}");

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.StartsWith("streamlog: ", run.Errors);
        Assert.Contains($"{taken.LocalEndpoint}", run.Errors);
    }

    [Fact]
    public async Task An_address_that_is_none_is_one_line()
    {
        CliRun run = await CliRun.OfAsync("serve", "--memory", "--kafka", "nowhere");

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("'nowhere' has no port", run.Errors);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        foreach (string[] arguments in (string[][])
        [
            ["serve"], ["serve", "--memory", "--data", _data.Path], ["serve", "--memory", "--memory-limit", "much"],
        ])
        {
            CliRun run = await CliRun.OfAsync(arguments);
            Assert.Equal(ExitCodes.Usage, run.ExitCode);
        }
    }
}
