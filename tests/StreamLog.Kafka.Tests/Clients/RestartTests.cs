using StreamLog.Tests.Samples;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>A broker is killed under clients that nobody here wrote, and started again upon the same data, at the same
/// port: they go on, and nothing that was acknowledged is lost.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("streamlog-kill").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("librdkafka.py")]
    [InlineData("kafka_python.py")]
    [InlineData("kafkajs.mjs")]
    [InlineData("platformatic.mjs")]
    public async Task A_client_goes_on(string client)
    {
        using SampleProcess broker = Start("127.0.0.1:0");
        string address = await AddressOf(broker);
        using ClientProgram program = ClientProgram.Start(client, address, "restart");

        await program.WaitForAsync("RESTART");
        await broker.KillAsync();
        using SampleProcess again = Start(address);
        await AddressOf(again);
        await program.SayAsync("GO");

        await program.WaitForAsync("OK");
    }

    [Fact]
    public async Task Kcat_goes_on()
    {
        using SampleProcess broker = Start("127.0.0.1:0");
        string address = await AddressOf(broker);
        await ClientProgram.KcatAsync("0\n", "-b", address, "-P", "-t", "restart");
        using ClientProgram producer = ClientProgram.StartKcat(
            "-b", address, "-P", "-t", "restart", "-E", "-X", "enable.idempotence=true", "-X", "linger.ms=0");
        using ClientProgram consumer = ClientProgram.StartKcat(
            "-b", address, "-C", "-t", "restart", "-o", "beginning", "-c", "900", "-q", "-u", "-E", "-X",
            "reconnect.backoff.max.ms=200");

        await SayAsync(producer, 1, 300);
        List<string> read = await consumer.ReadLinesAsync(100);
        await broker.KillAsync();
        await SayAsync(producer, 300, 600);
        using SampleProcess again = Start(address);
        await AddressOf(again);
        await SayAsync(producer, 600, 900);
        await producer.EndAsync();

        read.AddRange(await consumer.ReadLinesAsync(800));
        Assert.Equal(Enumerable.Range(0, 900).Select(i => $"{i}"), read);
        string log = await ClientProgram.KcatAsync(null, "-b", address, "-C", "-t", "restart", "-e", "-q");
        Assert.Equal(string.Concat(Enumerable.Range(0, 900).Select(i => $"{i}\n")), log);
    }

    private SampleProcess Start(string address) => SampleProcess.Start(
        "StreamLog.Cli", _directory, "serve", "--data", "data", "--kafka", address, "--auto-create-topics");

    private static async Task<string> AddressOf(SampleProcess broker)
    {
        const string Said = "Listening on ";
        await broker.WaitForLineAsync(Said);
        return broker.Output.Trim()[Said.Length..].TrimEnd('.');
    }

    private static async Task SayAsync(ClientProgram producer, int from, int to)
    {
        for (int i = from; i < to; i++)
            await producer.SayAsync($"{i}");
    }
}
