using System.Net.Security;
using StreamLog.Kafka.Tests.Clients;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Connections that are encrypted, and that authenticate.</summary>
public sealed class SecuredClusterTests : ClusterTest
{
    private int _attempts;

    [Theory]
    [InlineData(null)]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task Encrypted_connections_are_made_and_users_let_in(string? mechanism)
    {
        using TestCertificate certificate = new();
        await using ListenedNode node = await StartAsync(mechanism, certificate);
        await using KafkaCluster cluster = ConnectAs(node, mechanism, "secret", options =>
        {
            options.BootstrapServers = $"localhost:{node.Endpoint.Port}";
            options.Tls = Trusting(certificate);
        });

        await SendAsync(cluster, new MetadataRequest { Topics = [new() { Name = "orders" }] });
        await SendAsync(cluster, Batches.Produce("orders", -1, "a"));
        using FetchResponse fetched = await SendAsync(cluster, Batches.Fetch("orders", 0));

        Assert.Equal(["a"], Batches.ValuesOf(fetched));
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_not_trusted()
    {
        using TestCertificate certificate = new();
        await using ListenedNode node = await StartAsync(null, certificate);
        await using KafkaCluster cluster = Connect(node, options =>
        {
            options.Tls = Trusting(certificate);
            options.Tls.TargetHost = "broker.example";
        });

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await cluster.ConnectAsync(Stop));

        Assert.Equal(ErrorCode.NetworkException, exception.ErrorCode);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    public async Task A_wrong_password_is_told(string mechanism)
    {
        await using ListenedNode node = await StartAsync(mechanism, null);
        await using KafkaCluster cluster = ConnectAs(node, mechanism, "wrong");

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await cluster.ConnectAsync(Stop));

        Assert.Equal(ErrorCode.SaslAuthenticationFailed, exception.ErrorCode);
        Assert.False(exception.IsRetriable);
        Assert.Contains("alice", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mechanism_that_the_broker_does_not_offer_is_told()
    {
        await using ListenedNode node = await StartAsync("SCRAM-SHA-512", null);
        await using KafkaCluster cluster = ConnectAs(node, "PLAIN", "secret");

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await cluster.ConnectAsync(Stop));

        Assert.Equal(ErrorCode.UnsupportedSaslMechanism, exception.ErrorCode);
        Assert.Contains("SCRAM-SHA-512", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mechanism_that_nobody_knows_is_refused()
    {
        StreamLogException exception = Assert.ThrowsAny<StreamLogException>(
            () => Connect("localhost:9092", options => options.SaslMechanism = "SPNEGO"));

        Assert.Equal(ErrorCode.UnsupportedSaslMechanism, exception.ErrorCode);
    }

    [Fact]
    public async Task A_session_is_renewed_before_it_ends()
    {
        ManualTime time = new();
        await using ListenedNode node = await StartAsync(
            "SCRAM-SHA-256", null, listener => listener.AuthenticationLifetime = TimeSpan.FromHours(1));
        await using KafkaCluster cluster = ConnectAs(node, "SCRAM-SHA-256", "secret", time: time);
        await SendAsync(cluster, new MetadataRequest());
        int connections = Attempts;

        // The broker still takes the session that was begun at first: it is the client that renews it.
        time.Advance(TimeSpan.FromMinutes(8));
        await SendAsync(cluster, new MetadataRequest());
        Assert.Equal(connections, Attempts);
        for (int minutes = 8; minutes < 56; minutes += 8)
        {
            time.Advance(TimeSpan.FromMinutes(8));
            await SendAsync(cluster, new MetadataRequest());
        }

        Assert.Equal(connections + 1, Attempts);
    }

    [Fact]
    public async Task A_request_before_which_the_renewal_fails_was_not_sent()
    {
        ManualTime time = new();
        Cutter cutter = new();
        await using ListenedNode node = await StartAsync(
            "SCRAM-SHA-256",
            null,
            listener =>
            {
                listener.AuthenticationLifetime = TimeSpan.FromHours(1);
                listener.Wire = cutter;
            });
        await using KafkaCluster cluster = ConnectAs(
            node,
            "SCRAM-SHA-256",
            "secret",
            options => options.IdleTimeout = options.MetadataMaxAge = TimeSpan.FromHours(2),
            time);
        await SendAsync(cluster, new MetadataRequest { Topics = [new() { Name = "orders" }] });
        await SendAsync(cluster, Batches.Produce("orders", -1, "a"));

        time.Advance(TimeSpan.FromMinutes(56));
        cutter.Cut();
        StreamLogException unsent = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await SendAsync(cluster, Batches.Produce("orders", -1, "b")));

        Assert.Equal(ErrorCode.NetworkException, unsent.ErrorCode);
        Assert.False(unsent.IsOutcomeUnknown);
        Assert.EndsWith("Nothing was sent to it.", unsent.Message);
    }

    private int Attempts => Volatile.Read(ref _attempts);

    private Task<ListenedNode> StartAsync(
        string? mechanism, TestCertificate? certificate, Action<KafkaListenerOptions>? configure = null) =>
        ListenedNode.StartAsync(
            listener =>
            {
                if (mechanism is not null)
                    listener.SaslMechanisms.Add(mechanism);
                if (certificate is not null)
                {
                    listener.AdvertisedAddress = "localhost";
                    listener.Tls = new() { CertificateFile = certificate.File };
                }

                listener.Wire = new HandshakeCounter(() => Interlocked.Increment(ref _attempts));
                configure?.Invoke(listener);
            },
            options => options.Security.Users["alice"] = "secret");

    private static KafkaCluster ConnectAs(
        ListenedNode node,
        string? mechanism,
        string password,
        Action<KafkaClusterOptions>? configure = null,
        ManualTime? time = null) => Connect(
        node,
        options =>
        {
            options.SaslMechanism = mechanism;
            options.UserName = "alice";
            options.Password = password;
            configure?.Invoke(options);
        },
        time);

    // The platform's own store of authorities has no say here: the one certificate is trusted, and for its names.
    private static SslClientAuthenticationOptions Trusting(TestCertificate certificate) => new()
    {
        RemoteCertificateValidationCallback = (_, shown, _, errors) =>
            (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0
            && shown is System.Security.Cryptography.X509Certificates.X509Certificate2 seen
            && seen.ExportCertificatePem() == certificate.Pem,
    };

    /// <summary>Disconnects whoever authenticates, once it is told to.</summary>
    private sealed class Cutter : IWireSeam
    {
        private volatile bool _cuts;

        public void Cut() => _cuts = true;

        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                _cuts && frame.Header.ApiKey == ApiKey.SaslAuthenticate ? WireAction.Disconnect : WireAction.Pass);

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
            ValueTask.FromResult(WireAction.Pass);
    }

    private sealed class HandshakeCounter(Action count) : IWireSeam
    {
        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken)
        {
            if (frame.Header.ApiKey == ApiKey.SaslHandshake)
                count();
            return ValueTask.FromResult(WireAction.Pass);
        }

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
            ValueTask.FromResult(WireAction.Pass);
    }
}
