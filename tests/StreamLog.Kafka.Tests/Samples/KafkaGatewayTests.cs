using System.Text.RegularExpressions;
using StreamLog.Kafka.Tests.Clients;
using StreamLog.Tests.Samples;

namespace StreamLog.Kafka.Tests.Samples;

/// <summary>The sample does what its page says, with a client that nobody here wrote.</summary>
public sealed partial class KafkaGatewayTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("streamlog-gateway").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Orders_become_invoices_and_survive_a_kill()
    {
        using (SampleProcess sample = Start())
        {
            string broker = await AddressOf(sample);
            await ClientProgram.KcatAsync(
                """
                alice:{"item":"pump","quantity":2}
                bob:{"item":"rocket","quantity":1}
                carol:no order at all

                """,
                "-b", broker, "-P", "-t", "orders", "-K", ":", "-p", "0");
            Assert.Equal(
                "alice {\"order\":\"orders-0@0\",\"item\":\"pump\",\"quantity\":2,\"total\":498}\n",
                await ReadAsync(broker, "invoices", count: 1));
            Assert.Equal(
                ["bob", "carol"],
                (await ReadAsync(broker, "orders.dead", count: 2)).Split('\n')[..2].Select(line => line.Split(' ')[0]));
            await sample.KillAsync();
        }

        using (SampleProcess sample = Start())
        {
            string broker = await AddressOf(sample);
            Assert.StartsWith(
                "alice {\"order\":\"orders-0@0\",",
                await ReadAsync(broker, "invoices", count: 1),
                StringComparison.Ordinal);
            await sample.KillAsync();
        }
    }

    private SampleProcess Start() =>
        SampleProcess.Start("KafkaGateway", _directory, "--StreamLog:Listeners:Kafka:Address", "127.0.0.1:0");

    private static async Task<string> AddressOf(SampleProcess sample)
    {
        await sample.WaitForLineAsync("Kafka clients connect to ");
        return Address().Match(sample.Output).Groups[1].Value;
    }

    // It waits for as many records as there are to be.
    private static Task<string> ReadAsync(string broker, string topic, int count) => ClientProgram.KcatAsync(
        null, "-b", broker, "-C", "-t", topic, "-o", "beginning", "-c", $"{count}", "-q", "-f", "%k %s\n");

    [GeneratedRegex(@"connect to (\S+:\d+)\.")]
    private static partial Regex Address();
}
