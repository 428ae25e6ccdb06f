using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Scenarios;
using StreamLog.Benchmarks.Servers;

namespace StreamLog.Benchmarks.Baselines;

/// <summary>librdkafka, the client in C that most Kafka clients build upon, and its mock cluster: a program that is
/// compiled here, with the library that the machine has.</summary>
internal static class Librdkafka
{
    private static readonly Lazy<string?> Obstacle = new(Compile);

    private static string Source => Path.Combine(AppContext.BaseDirectory, "load.c");

    private static string Program => Path.Combine(AppContext.BaseDirectory, "librdkafka-load");

    /// <summary>Tells why it is not there, or <see langword="null"/>.</summary>
    public static string? FindObstacle() => Obstacle.Value;

    /// <summary>Starts its mock cluster, of one broker, in a process of its own.</summary>
    public static Task<ServerProcess> StartMockAsync(int partitions) =>
        ServerProcess.StartFileAsync(Program, "mock", Nodes.TopicName, Text(partitions));

    /// <summary>Produces to a server, until all is acknowledged.</summary>
    public static Task<Measurement> ProduceAsync(
        ServerProcess server, bool hasFigures, int partitions, int records, int bytes, string acks) =>
        RunAsync(
            server, hasFigures, "produce", server.Address, Nodes.TopicName, Text(partitions), Text(records),
            Text(bytes), acks, Text(records));

    /// <summary>Consumes all partitions a number of times.</summary>
    public static Task<Measurement> ConsumeAsync(
        ServerProcess server, bool hasFigures, int partitions, int records, int passes) =>
        RunAsync(
            server, hasFigures, "consume", server.Address, Nodes.TopicName, Text(partitions), Text(records),
            Text(passes));

    /// <summary>Runs it. The processor time is that of client and server.</summary>
    private static async Task<Measurement> RunAsync(ServerProcess server, bool hasFigures, params string[] arguments)
    {
        FreeMemory.Warm();
        using Process client = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await ExpectAsync(client, "begin");
        double allocated = hasFigures ? (await server.TakeFiguresAsync()).Allocated : double.NaN;
        TimeSpan worked = server.ProcessorTime;
        await GoOnAsync(client);

        await ExpectAsync(client, "end");
        worked = server.ProcessorTime - worked;
        allocated = hasFigures ? (await server.TakeFiguresAsync()).Allocated - allocated : double.NaN;
        await GoOnAsync(client);
        string report = await client.StandardOutput.ReadLineAsync() ?? throw Failed(client);
        await client.WaitForExitAsync();

        using JsonDocument json = JsonDocument.Parse(report);
        double Number(string name) => json.RootElement.GetProperty(name).GetDouble();
        return new Measurement(
            (long)Number("records"),
            TimeSpan.FromSeconds(Number("seconds")),
            TimeSpan.FromSeconds(Number("processorSeconds")) + worked,
            allocated,
            []);
    }

    private static async Task ExpectAsync(Process client, string word)
    {
        if (await client.StandardOutput.ReadLineAsync() != word)
            throw Failed(client);
    }

    private static async Task GoOnAsync(Process client)
    {
        await client.StandardInput.WriteLineAsync();
        await client.StandardInput.FlushAsync();
    }

    private static InvalidOperationException Failed(Process client) =>
        new($"{client.StartInfo.FileName} {string.Join(' ', client.StartInfo.ArgumentList)} has failed.");

    private static string? Compile()
    {
        const string Advice = "They need a C compiler and librdkafka: apt-get install gcc libc6-dev librdkafka-dev.";
        try
        {
            using Process compiler = Process.Start(
                new ProcessStartInfo("cc", ["-O2", "-o", Program, Source, "-lrdkafka"])
                {
                    RedirectStandardError = true,
                })!;
            string errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? null : $"{Advice}\n{errors.TrimEnd()}";
        }
        catch (Win32Exception exception)
        {
            return $"{Advice} cc: {exception.Message}";
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
