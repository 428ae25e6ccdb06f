using System.Text.Json.Nodes;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>Clients that nobody here wrote do what their users do, against the listener.</summary>
/// <remarks>Those of Confluent.Kafka and kcat are in classes of their own. kafka-python 2.0.2 has neither an idempotent
/// nor a transactional producer.</remarks>
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
        { Librdkafka, "automatic_topic" },
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
        { KafkaJs, "automatic_topic" },
        { KafkaJs, "groups" },
        { KafkaJs, "times" },
        { KafkaJs, "admin" },
        { Platformatic, "codecs" },
        { Platformatic, "idempotent" },
        { Platformatic, "transactions" },
        { Platformatic, "automatic_topic" },
        { Platformatic, "groups" },
        { Platformatic, "times" },
        { Platformatic, "admin" },
    };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task It_works(string client, string scenario)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();

        await ClientProgram.RunAsync(client, node.Endpoint.Address, scenario);

        // A client that does not find in a broker what it needs does without, and says nothing.
        Action<LoggedBatch>? check = scenario switch
        {
            "codecs" => batch => Assert.All(
                batch.Values,
                value => Assert.StartsWith($"{batch.Codec} ", value, StringComparison.OrdinalIgnoreCase)),
            "idempotent" => batch => Assert.True(batch.HasProducerId),
            "transactions" => batch => Assert.True(batch.IsTransactional),
            _ => null,
        };
        if (check is not null)
            Assert.All(await LoggedBatch.ReadAsync(node.Broker, scenario), check);
    }

    public static TheoryData<string, string?, bool> Secured => new()
    {
        { Librdkafka, null, true },
        { Librdkafka, "PLAIN", true },
        { Librdkafka, "SCRAM-SHA-256", true },
        { Librdkafka, "SCRAM-SHA-512", false },
        { KafkaPython, null, true },
        { KafkaPython, "PLAIN", true },
        { KafkaPython, "SCRAM-SHA-256", true },
        { KafkaPython, "SCRAM-SHA-512", false },
        { KafkaJs, null, true },
        { KafkaJs, "PLAIN", true },
        { KafkaJs, "SCRAM-SHA-256", false },
        { KafkaJs, "SCRAM-SHA-512", true },
        { Platformatic, null, true },
        { Platformatic, "PLAIN", true },
        { Platformatic, "SCRAM-SHA-256", false },
        { Platformatic, "SCRAM-SHA-512", true },
    };

    [Theory]
    [MemberData(nameof(Secured))]
    public async Task It_is_secured(string client, string? mechanism, bool encrypts)
    {
        using TestCertificate certificate = new();
        await using ListenedNode node =
            await ListenedNode.StartSecuredAsync(mechanism, encrypts ? certificate : null);

        JsonObject settings = SettingsOf(client, mechanism, encrypts ? certificate : null);
        await ClientProgram.RunAsync(client, node.Endpoint.Address, "secured", settings.ToJsonString());
    }

    [Theory]
    [InlineData(Librdkafka, "PLAIN")]
    [InlineData(KafkaPython, "SCRAM-SHA-256")]
    [InlineData(KafkaJs, "PLAIN")]
    [InlineData(Platformatic, "SCRAM-SHA-512")]
    public async Task A_wrong_password_lets_nobody_in(string client, string mechanism)
    {
        await using ListenedNode node = await ListenedNode.StartSecuredAsync(mechanism, certificate: null);

        JsonObject settings = SettingsOf(client, mechanism, certificate: null, password: "wrong");
        await ClientProgram.RunAsync(client, node.Endpoint.Address, "refused", settings.ToJsonString());
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

    // The keys by which each client is told how to encrypt and to authenticate. What is null it is not told.
    private static JsonObject SettingsOf(
        string client, string? mechanism, TestCertificate? certificate, string password = "secret")
    {
        string protocol = (mechanism is null ? "" : "SASL_") + (certificate is null ? "PLAINTEXT" : "SSL");
        string? user = mechanism is null ? null : "alice";
        JsonObject? authority = certificate is null ? null : new() { ["ca"] = new JsonArray(certificate.Pem) };
        JsonObject settings = client switch
        {
            Librdkafka => new()
            {
                ["security.protocol"] = protocol,
                ["sasl.mechanism"] = mechanism,
                ["sasl.username"] = user,
                ["sasl.password"] = password,
                ["ssl.ca.location"] = certificate?.File,
            },
            KafkaPython => new()
            {
                ["security_protocol"] = protocol,
                ["sasl_mechanism"] = mechanism,
                ["sasl_plain_username"] = user,
                ["sasl_plain_password"] = password,
                ["ssl_cafile"] = certificate?.File,
            },
            KafkaJs => new()
            {
                ["sasl"] = SaslOf(mechanism?.ToLowerInvariant(), password),
                ["ssl"] = authority,
            },
            _ => new()
            {
                ["sasl"] = SaslOf(mechanism, password),
                ["tls"] = authority,
            },
        };
        return new JsonObject(settings.Where(setting => setting.Value is not null).Select(
            setting => KeyValuePair.Create(setting.Key, setting.Value?.DeepClone())));
    }

    private static JsonObject? SaslOf(string? mechanism, string password) => mechanism is null
        ? null
        : new() { ["mechanism"] = mechanism, ["username"] = "alice", ["password"] = password };
}
