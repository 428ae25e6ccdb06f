using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamLog.Kafka.Tests.Clients;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Connections that are encrypted by files: an authority of one's own, and a certificate to show.</summary>
public sealed class ClusterTlsTests : ClusterTest
{
    [Fact]
    public async Task An_authority_of_ones_own_is_trusted()
    {
        using TestCertificate broker = new();
        await using ListenedNode node = await StartAsync(broker);
        await using KafkaCluster cluster = ConnectBy(node, new() { CertificateAuthorityFile = broker.File });

        Assert.NotEmpty((await SendAsync(cluster, new MetadataRequest())).Brokers);
    }

    [Fact]
    public async Task Whom_another_authority_vouches_for_is_not_trusted()
    {
        using TestCertificate broker = new();
        using TestCertificate other = new();
        await using ListenedNode node = await StartAsync(broker);
        await using KafkaCluster cluster = ConnectBy(node, new() { CertificateAuthorityFile = other.File });

        StreamLogException refused =
            await Assert.ThrowsAnyAsync<StreamLogException>(async () => await cluster.ConnectAsync(Stop));

        Assert.Equal(ErrorCode.NetworkException, refused.ErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_to_show_a_certificate_does(bool shows)
    {
        using TestCertificate broker = new();
        using TestCertificate own = new();
        await using ListenedNode node = await StartAsync(broker, tls =>
        {
            tls.ClientCertificates = ClientCertificateMode.Required;
            tls.ClientAuthoritiesFile = own.File;
        });
        await using KafkaCluster cluster = ConnectBy(node, new()
        {
            CertificateAuthorityFile = broker.File,
            CertificateFile = shows ? own.File : null,
            KeyFile = shows ? own.File : null,
        });

        if (shows)
            await cluster.ConnectAsync(Stop);
        else
            await Assert.ThrowsAnyAsync<StreamLogException>(async () => await cluster.ConnectAsync(Stop));
    }

    [Fact]
    public async Task Configuration_names_the_files()
    {
        using TestCertificate broker = new();
        await using ListenedNode node = await StartAsync(broker);
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["StreamLog:Kafka:BootstrapServers"] = $"localhost:{node.Endpoint.Port}",
                ["StreamLog:Kafka:Tls:CertificateAuthorityFile"] = broker.File,
                ["StreamLog:Kafka:Tls:CertificateFile"] = broker.File,
            }).Build());
        services.AddStreamLog().ConnectToKafka();
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<KafkaCluster>("").ConnectAsync(Stop);
    }

    [Theory]
    [InlineData("none.pem", null, null, "CertificateAuthorityFile is 'none.pem', which cannot be read: ")]
    [InlineData("empty", null, null, "which holds no certificate in PEM")]
    [InlineData(null, "none.pem", null, "CertificateFile is 'none.pem', which cannot be read: ")]
    [InlineData(null, "none.pfx", null, "CertificateFile is 'none.pfx', which cannot be read: ")]
    [InlineData(null, "bare", null, "which cannot be read: ")]
    [InlineData(null, "own", "none.key", "with the key 'none.key', which cannot be read: ")]
    [InlineData(null, null, "own", "There is a key for TLS and no certificate. Set CertificateFile too.")]
    public void A_file_that_does_not_hold_what_it_should_is_named(
        string? authority, string? certificate, string? key, string message)
    {
        using TestCertificate own = new();
        string directory = Path.GetDirectoryName(own.File)!;
        File.WriteAllText(Path.Combine(directory, "empty"), "nothing\n");
        File.WriteAllText(Path.Combine(directory, "bare"), own.Pem);
        KafkaClusterTls tls = new()
        {
            CertificateAuthorityFile = PathOf(authority),
            CertificateFile = PathOf(certificate),
            KeyFile = PathOf(key),
        };

        StreamLogException refused = Assert.Throws<StreamLogException>(() => tls.ToOptions());

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);

        string? PathOf(string? name) => name switch
        {
            "own" => own.File,
            "empty" or "bare" => Path.Combine(directory, name),
            _ => name,
        };
    }

    private static Task<ListenedNode> StartAsync(
        TestCertificate certificate, Action<KafkaListenerTls>? configure = null) =>
        ListenedNode.StartAsync(listener =>
        {
            listener.AdvertisedAddress = "localhost";
            listener.Tls = new() { CertificateFile = certificate.File };
            configure?.Invoke(listener.Tls);
        });

    private static KafkaCluster ConnectBy(ListenedNode node, KafkaClusterTls tls) => new(new KafkaClusterOptions
    {
        BootstrapServers = $"localhost:{node.Endpoint.Port}",
        Tls = tls.ToOptions(),
    });
}
