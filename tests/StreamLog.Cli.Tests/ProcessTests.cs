using System.Diagnostics;
using StreamLog.Cli.Tests.Fixtures;
using Xunit;

namespace StreamLog.Cli.Tests;

/// <summary>The tool as a process of its own: what only that has.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Streams_and_exit_codes_are_the_process()
    {
        using Process produce = Start("produce", "orders", "--create-topic", "--data", _data.Path);
        await produce.StandardInput.WriteAsync("1\n2\n");
        produce.StandardInput.Close();
        Assert.Equal("Appended 2 records to 'orders'.\n", await produce.StandardOutput.ReadToEndAsync());
        await produce.WaitForExitAsync();
        Assert.Equal(ExitCodes.Success, produce.ExitCode);

        using Process wrong = Start("consume", "nothing", "--data", _data.Path);
        Assert.Equal("", await wrong.StandardOutput.ReadToEndAsync());
        Assert.StartsWith("streamlog: ", await wrong.StandardError.ReadToEndAsync());
        await wrong.WaitForExitAsync();
        Assert.Equal(ExitCodes.Failed, wrong.ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_stops_in_order()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        (await CliRun.WithInputAsync("1\n2\n", "produce", "orders", "--create-topic", "--data", _data.Path)).Ok();

        using Process follow = Start("consume", "orders", "--follow", "-g", "billing", "--data", _data.Path);
        Assert.Equal("1", await follow.StandardOutput.ReadLineAsync());
        Assert.Equal("2", await follow.StandardOutput.ReadLineAsync());
        await InterruptAsync(follow);
        Assert.Equal(ExitCodes.Success, follow.ExitCode);

        // It has committed, left its group, and stopped its node in order.
        Assert.True(File.Exists(_data[".kafka_cleanshutdown"]));
        CliRun group = await CliRun.OfAsync("groups", "describe", "billing", "--data", _data.Path);
        Assert.Equal("orders          0       2    2    0  -", group.Ok().Lines[2]);
    }

    [Fact]
    public async Task Ctrl_C_ends_produce_with_its_code()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using Process produce = Start("produce", "orders", "--create-topic", "--data", _data.Path);
        await produce.StandardInput.WriteAsync("1\n");
        await produce.StandardInput.FlushAsync();
        string log = Path.Combine(_data.Path, "orders-0", "00000000000000000000.log");
        while (!File.Exists(log) || new FileInfo(log).Length == 0)
            await Task.Delay(10);
        await InterruptAsync(produce);

        Assert.Equal(ExitCodes.Interrupted, produce.ExitCode);
        Assert.Equal("Appended 1 record to 'orders'.\n", await produce.StandardOutput.ReadToEndAsync());
    }

    private static async Task InterruptAsync(Process process)
    {
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
    }

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [typeof(CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
