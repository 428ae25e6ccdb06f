using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>A program that drives a broker with a client which nobody here wrote, and says OK at its end.</summary>
internal sealed class ClientProgram : IDisposable
{
    private static readonly string Programs = FindPrograms();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Channel<string> _notes = Channel.CreateUnbounded<string>();

    private ClientProgram(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Programs,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            Note(line.Data);
            if (line.Data is null)
                _notes.Writer.TryComplete();
            else
                _notes.Writer.TryWrite(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs a scenario to its end.</summary>
    /// <param name="client">The client: the name of its program.</param>
    /// <param name="bootstrap">Where the broker is.</param>
    /// <param name="scenario">What to do.</param>
    /// <param name="settings">Further settings of the client, as JSON.</param>
    public static async Task RunAsync(string client, string bootstrap, string scenario, string settings = "{}")
    {
        using ClientProgram program = Start(client, bootstrap, scenario, settings);
        await program.WaitForAsync("OK");
    }

    /// <summary>Starts a scenario; the test is skipped where the client is not installed.</summary>
    public static ClientProgram Start(string client, string bootstrap, string scenario, string settings = "{}")
    {
        switch (client)
        {
            case "librdkafka.py":
                return StartPython(client, "confluent_kafka", "python3-confluent-kafka", bootstrap, scenario, settings);
            case "kafka_python.py":
                return StartPython(client, "kafka", "python3-kafka", bootstrap, scenario, settings);
            default:
                string node = Path.Combine(Programs, "node_modules", ".bin", "node");
                Assert.SkipUnless(
                    File.Exists(node),
                    $"{client} is not installed: run 'npm ci' in tests/StreamLog.Kafka.Tests/Clients/programs.");
                return new ClientProgram(node, client, bootstrap, scenario, settings);
        }
    }

    /// <summary>Starts librdkafka's own mock cluster. It ends with the program.</summary>
    public static async Task<(ClientProgram Program, string Bootstrap)> StartMockClusterAsync(int brokers)
    {
        ClientProgram program = StartPython(
            "mock_cluster.py", "confluent_kafka", "python3-confluent-kafka", $"{brokers}");
        string? line = await program._process.StandardOutput.ReadLineAsync();
        Assert.True(line?.Contains(':', StringComparison.Ordinal), $"No mock cluster: {line}\n{program._output}");
        return (program, line!);
    }

    /// <summary>Runs kcat, and returns what it has written.</summary>
    public static async Task<string> KcatAsync(string? input, params string[] arguments)
    {
        using ClientProgram program = StartKcat(arguments);
        if (input is not null)
            await program._process.StandardInput.WriteAsync(input);
        program._process.StandardInput.Close();
        string output = await program._process.StandardOutput.ReadToEndAsync();
        await program._process.WaitForExitAsync();
        Assert.True(program._process.ExitCode == 0, $"kcat: {program._output}");
        return output;
    }

    /// <summary>Starts kcat; the test is skipped where it is not installed.</summary>
    public static ClientProgram StartKcat(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/kcat"), "kcat is not installed: apt-get install kcat.");
        return new ClientProgram("/usr/bin/kcat", arguments);
    }

    /// <summary>Reads the next lines that the program says.</summary>
    public async Task<List<string>> ReadLinesAsync(int count)
    {
        List<string> lines = [];
        while (lines.Count < count && await _process.StandardOutput.ReadLineAsync() is { } line)
            lines.Add(line);
        Assert.True(lines.Count == count, $"{lines.Count} of {count} lines:\n{_output}");
        return lines;
    }

    /// <summary>Tells the program that nothing more is said to it, and waits until it has ended well.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, $"The client ended with {_process.ExitCode}:\n{_output}");
    }

    /// <summary>Waits until the program says a line.</summary>
    public async Task WaitForAsync(string expected)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == expected)
                return;
            Note(line);
        }

        await _process.WaitForExitAsync();
        Assert.Fail($"The client ended with {_process.ExitCode} and never said {expected}:\n{_output}");
    }

    /// <summary>Waits until the program says something that has a text in it on its standard error.</summary>
    public async Task<string> WaitForNoteAsync(string text)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await foreach (string note in _notes.Reader.ReadAllAsync(patience.Token))
            {
                if (note.Contains(text, StringComparison.Ordinal))
                    return note;
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new InvalidOperationException($"The client never said {text}:\n{_output}");
    }

    /// <summary>Interrupts the program as Ctrl-C does, ends its input, and waits until it has ended.</summary>
    public async Task InterruptAsync()
    {
        using Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    /// <summary>Says a line to the program.</summary>
    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static ClientProgram StartPython(string client, string module, string package, params string[] arguments)
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python) && HasModule(Python, module), $"apt-get install {package} was not done.");
        return new ClientProgram(Python, [client, .. arguments]);
    }

    private static bool HasModule(string python, string module)
    {
        using Process probe = Process.Start(new ProcessStartInfo(python, ["-c", $"import {module}"])
        {
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }

    private void Note(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private static string FindPrograms()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "StreamLog.sln")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(
            folder ?? throw new DirectoryNotFoundException("The tests run outside of their repository."),
            "tests", "StreamLog.Kafka.Tests", "Clients", "programs");
    }
}
