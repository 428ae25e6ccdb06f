using System.Text.Json.Nodes;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>Clients that nobody here wrote do what their users do, against the listener.</summary>
public sealed class RealClientTests
{
    private const string Librdkafka = "librdkafka.py";
    private const string KafkaPython = "kafka_python.py";
    private const string KafkaJs = "kafkajs.mjs";
    private const string Platformatic = "platformatic.mjs";

    public static TheoryData<string, string> Scenarios => new()
    {
        { Librdkafka, "codecs" },
        { Librdkafka, "idempotent" },
        { Librdkafka, "transactions" },
        { Librdkafka, "groups" },
        { Librdkafka, "static_members" },
        { Librdkafka, "times" },
        { Librdkafka, "admin" },
        { KafkaPython, "codecs" },
        { KafkaPython, "automatic_topic" },
        { KafkaPython, "groups" },
        { KafkaPython, "times" },
        { KafkaPython, "admin" },
        { KafkaJs, "codecs" },
        { KafkaJs, "idempotent" },
        { KafkaJs, "transactions" },
        { KafkaJs, "groups" },
        { KafkaJs, "times" },
        { KafkaJs, "admin" },
        { Platformatic, "codecs" },
        { Platformatic, "idempotent" },
        { Platformatic, "transactions" },
        { Platformatic, "groups" },
        { Platformatic, "admin" },
    };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task It_works(string client, string scenario)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();

        await ClientProgram.RunAsync(client, node.Endpoint.Address, scenario);
    }

    public static TheoryData<string, string, bool> Secured => new()
    {
        { Librdkafka, "PLAIN", true },
        { Librdkafka, "SCRAM-SHA-256", true },
        { Librdkafka, "SCRAM-SHA-512", false },
        { KafkaPython, "PLAIN", true },
        { KafkaPython, "SCRAM-SHA-512", false },
        { KafkaJs, "PLAIN", true },
        { KafkaJs, "SCRAM-SHA-256", false },
        { Platformatic, "PLAIN", true },
        { Platformatic, "SCRAM-SHA-256", false },
    };

    [Theory]
    [MemberData(nameof(Secured))]
    public async Task It_authenticates(string client, string mechanism, bool encrypts)
    {
        using TestCertificate certificate = new();
        await using ListenedNode node =
            await ListenedNode.StartSecuredAsync(mechanism, encrypts ? certificate : null);

        JsonObject settings = SettingsOf(client, mechanism, encrypts ? certificate : null);
        await ClientProgram.RunAsync(client, node.Endpoint.Address, "secured", settings.ToJsonString());
    }

    [Fact]
    public async Task A_wrong_password_lets_nobody_in()
    {
        await using ListenedNode node = await ListenedNode.StartAsync(
            listener => listener.SaslMechanisms.Add("PLAIN"), options => options.Security.Users["alice"] = "secret");

        await ClientProgram.RunAsync(
            Librdkafka,
            node.Endpoint.Address,
            "refused",
            """
            {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "alice",
             "sasl.password": "wrong"}
            """);
    }

    [Fact]
    public async Task A_broker_that_is_restarted_loses_and_doubles_nothing()
    {
        await using DurableNode node = await DurableNode.StartAsync();
        using ClientProgram program = ClientProgram.Start(Librdkafka, node.Address, "restart");

        await program.WaitForAsync("RESTART");
        await node.StopAsync();
        await node.StartAgainAsync();
        await program.SayAsync("GO");

        await program.WaitForAsync("OK");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Kcat_produces_and_consumes(string codec)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        string broker = node.Endpoint.Address;
        string lines = string.Concat(Enumerable.Range(0, 100).Select(i => $"{codec} {i}\n"));

        await ClientProgram.KcatAsync(lines, "-b", broker, "-P", "-t", "kcat", "-z", codec);
        string read = await ClientProgram.KcatAsync(null, "-b", broker, "-C", "-t", "kcat", "-e", "-q");
        string listed = await ClientProgram.KcatAsync(null, "-b", broker, "-L");

        Assert.Equal(lines, read);
        Assert.Contains("topic \"kcat\" with 1 partitions", listed);
    }

    // The keys by which each client is told how to encrypt and to authenticate.
    private static JsonObject SettingsOf(string client, string mechanism, TestCertificate? certificate)
    {
        string protocol = certificate is null ? "SASL_PLAINTEXT" : "SASL_SSL";
        return client switch
        {
            Librdkafka => new()
            {
                ["security.protocol"] = protocol,
                ["sasl.mechanism"] = mechanism,
                ["sasl.username"] = "alice",
                ["sasl.password"] = "secret",
                ["ssl.ca.location"] = certificate?.File ?? "probe",
            },
            KafkaPython => new()
            {
                ["security_protocol"] = protocol,
                ["sasl_mechanism"] = mechanism,
                ["sasl_plain_username"] = "alice",
                ["sasl_plain_password"] = "secret",
                ["ssl_cafile"] = certificate?.File,
            },
            KafkaJs => new()
            {
                ["sasl"] = User(mechanism.ToLowerInvariant()),
                ["ssl"] = certificate is null ? false : new JsonObject { ["ca"] = new JsonArray(certificate.Pem) },
            },
            _ => new()
            {
                ["sasl"] = User(mechanism),
                ["tls"] = certificate is null ? null : new JsonObject { ["ca"] = new JsonArray(certificate.Pem) },
            },
        };
    }

    private static JsonObject User(string mechanism) =>
        new() { ["mechanism"] = mechanism, ["username"] = "alice", ["password"] = "secret" };
}
