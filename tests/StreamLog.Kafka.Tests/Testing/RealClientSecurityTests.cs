using Confluent.Kafka;
using StreamLog.Kafka.Tests.Clients;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>A client that nobody here wrote comes to a fake that encrypts and lets in whom it knows.</summary>
public sealed class RealClientSecurityTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task It_comes_in_by_tls(string? mechanism)
    {
        using TestCertificate certificate = new();
        await using FakeKafka kafka = await FakeKafka.StartAsync(options =>
        {
            options.BrokerCount = 2;
            options.Listener = listener =>
            {
                listener.Tls = new() { CertificateFile = certificate.File };
                listener.AdvertisedAddress = "localhost";
                if (mechanism is not null)
                    listener.SaslMechanisms.Add(mechanism);
            };
            options.Node = node => node.Security.Users["alice"] = "secret";
        });
        (string, string)[] settings =
        [
            ("security.protocol", mechanism is null ? "ssl" : "sasl_ssl"), ("ssl.ca.location", certificate.File),
            .. Login(mechanism, "secret"),
        ];

        await RoundTripAsync(kafka, settings);

        Assert.StartsWith("localhost:", kafka.BootstrapServers, StringComparison.Ordinal);
        Assert.Equal(
            mechanism is null ? "User:ANONYMOUS" : "User:alice",
            kafka.Requests.Of(Protocol.ApiKey.Produce)[0].Context.Principal);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task A_wrong_password_lets_nobody_in(string mechanism)
    {
        await using FakeKafka kafka = await StartAsync(mechanism, _ => { });
        TaskCompletionSource<Error> refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        using RealProducer producer = new ProducerBuilder<string, string>(RealClient.Settings(
            kafka, [("security.protocol", "sasl_plaintext"), .. Login(mechanism, "wrong")]))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.Code == RealError.Local_Authentication)
                    refused.TrySetResult(error);
            })
            .Build();
        await refused.Task.WaitAsync(RealClient.Patience);

        await RoundTripAsync(kafka, [("security.protocol", "sasl_plaintext"), .. Login(mechanism, "secret")]);
    }

    [Fact]
    public async Task Rules_of_access_hold()
    {
        await using FakeKafka kafka = await StartAsync("PLAIN", security =>
        {
            security.Users["root"] = "secret";
            security.SuperUsers.Add("User:root");
            security.Acls = true;
        });
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "a");
        (string, string)[] alice = [("security.protocol", "sasl_plaintext"), .. Login("PLAIN", "secret")];

        using RealProducer producer = RealClient.Producer(kafka, [.. alice, ("enable.idempotence", "false")]);
        ProduceException<string, string> thrown =
            await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.SendAsync("orders", "b"));

        Assert.Equal(RealError.TopicAuthorizationFailed, thrown.Error.Code);
        await RoundTripAsync(kafka, [.. alice, ("sasl.username", "root")]);
    }

    private static Task<FakeKafka> StartAsync(string mechanism, Action<SecurityOptions> secure) =>
        FakeKafka.StartAsync(options =>
        {
            options.Listener = listener => listener.SaslMechanisms.Add(mechanism);
            options.Node = node =>
            {
                node.Security.Users["alice"] = "secret";
                secure(node.Security);
            };
        });

    private static (string, string)[] Login(string? mechanism, string password) => mechanism is null
        ? []
        : [("sasl.mechanism", mechanism), ("sasl.username", "alice"), ("sasl.password", password)];

    private static async Task RoundTripAsync(FakeKafka kafka, (string, string)[] settings)
    {
        using RealProducer producer = RealClient.Producer(kafka, settings);
        await producer.SendAsync("letters", "a");
        using RealConsumer consumer = RealClient.Subscribed(kafka, "letters", settings);
        Assert.Equal(["a"], await consumer.ReadAsync(1));
        consumer.Close();
    }
}
