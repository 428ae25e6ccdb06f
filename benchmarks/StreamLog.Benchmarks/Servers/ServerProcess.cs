using System.Diagnostics;

namespace StreamLog.Benchmarks.Servers;

/// <summary>A server in a process of its own, which prints its address, answers each line with its figures, and stops
/// when its input ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ServerProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public TimeSpan ProcessorTime => _process.TotalProcessorTime;

    /// <summary>Starts this program as a server.</summary>
    public static Task<ServerProcess> StartAsync(params string[] arguments) =>
        StartFileAsync(Environment.ProcessPath!, ["serve", .. arguments]);

    /// <summary>Starts a program.</summary>
    public static async Task<ServerProcess> StartFileAsync(string file, params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,

            // A server that has been up for a while, and not one that compiles what it finds to be busy.
            Environment = { ["DOTNET_TieredCompilation"] = "0" },
        })!;
        string? address = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return address is not null
            ? new ServerProcess(process, address)
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} does not start.");
    }

    public async Task<ServerFigures> TakeFiguresAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return ServerFigures.Parse(line ?? throw new InvalidOperationException("The server has gone."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        finally
        {
            _process.Kill();
            _process.Dispose();
        }
    }
}
