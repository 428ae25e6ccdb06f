using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamLog.Kafka.Listening;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Encrypted connections.</summary>
public sealed class TlsTests : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly string _directory = Directory.CreateTempSubdirectory("streamlog-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_client_that_trusts_the_certificate_is_served()
    {
        string file = Write("server", Certificate("localhost"));
        await using ListenedNode node = await ListenedNode.StartAsync(
            listener => listener.Tls = new() { CertificateFile = file });
        Assert.Equal("SSL", node.Endpoint.ListenerName);

        using RawClient client = await EncryptAsync(await node.ConnectAsync());

        Assert.Equal(1, (await client.AskAsync(new MetadataRequest(), version: 9)).ControllerId);
    }

    [Fact]
    public async Task A_client_that_does_not_encrypt_is_closed_and_no_other()
    {
        string file = Write("server", Certificate("localhost"));
        await using ListenedNode node = await ListenedNode.StartAsync(
            listener => listener.Tls = new() { CertificateFile = file });
        using RawClient plain = await node.ConnectAsync();
        await plain.SendAsync(new MetadataRequest(), version: 1);
        Assert.True(await plain.IsClosedAsync());

        using RawClient client = await EncryptAsync(await node.ConnectAsync());
        Assert.Equal(1, (await client.AskAsync(new MetadataRequest(), version: 9)).ControllerId);
    }

    [Fact]
    public async Task A_new_certificate_is_used_without_a_restart_and_a_broken_file_is_not()
    {
        using X509Certificate2 first = Certificate("localhost");
        using X509Certificate2 second = Certificate("localhost");
        string file = Write("server", first);
        await using ListenedNode node = await ListenedNode.StartAsync();
        ManualTime time = new();
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker,
            new()
            {
                Address = "127.0.0.1:0",
                Tls = new() { CertificateFile = file, ReloadInterval = TimeSpan.FromMinutes(1) },
            },
            time: time);
        Assert.Equal(first.Thumbprint, await ThumbprintAsync(listener));

        await File.WriteAllTextAsync(file, "half writ");
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first.Thumbprint, await ThumbprintAsync(listener));
        Write("server", second);
        Assert.Equal(first.Thumbprint, await ThumbprintAsync(listener));
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(second.Thumbprint, await ThumbprintAsync(listener));
    }

    [Fact]
    public async Task Clients_are_known_by_their_certificates()
    {
        using X509Certificate2 trusted = Certificate("alice");
        using X509Certificate2 other = Certificate("mallory");
        string authorities = Path.Combine(_directory, "authorities.pem");
        await File.WriteAllTextAsync(authorities, trusted.ExportCertificatePem());
        PrincipalSeam seam = new();
        await using ListenedNode node = await ListenedNode.StartAsync(listener =>
        {
            listener.Tls = Mutual(authorities);
            listener.Wire = seam;
        });

        using RawClient alice = await EncryptAsync(await node.ConnectAsync(), trusted);
        await alice.AskAsync(new MetadataRequest(), version: 9);

        Assert.Equal("User:CN=alice", seam.Principal);
        foreach (X509Certificate2? refused in new[] { other, null })
            Assert.True(await IsRefusedAsync(node, refused));
    }

    [Fact]
    public async Task New_authorities_of_clients_are_used_without_a_restart_and_a_broken_file_is_not()
    {
        using X509Certificate2 alice = Certificate("alice");
        using X509Certificate2 bob = Certificate("bob");
        string authorities = Path.Combine(_directory, "authorities.pem");
        await File.WriteAllTextAsync(authorities, alice.ExportCertificatePem());
        await using ListenedNode node = await ListenedNode.StartAsync(
            listener => listener.Tls = Mutual(authorities, TimeSpan.FromTicks(1)));
        Assert.False(await IsRefusedAsync(node, alice));
        Assert.True(await IsRefusedAsync(node, bob));

        await File.WriteAllTextAsync(authorities, "half writ");
        Assert.False(await IsRefusedAsync(node, alice));
        Assert.True(await IsRefusedAsync(node, bob));

        await File.WriteAllTextAsync(authorities, bob.ExportCertificatePem());
        Assert.True(await IsRefusedAsync(node, alice));
        Assert.False(await IsRefusedAsync(node, bob));
    }

    [Fact]
    public async Task A_file_without_an_authority_of_clients_is_told()
    {
        string authorities = Path.Combine(_directory, "authorities.pem");
        await File.WriteAllTextAsync(authorities, "");
        StreamLogException told = await Assert.ThrowsAsync<StreamLogException>(
            () => ListenedNode.StartAsync(listener => listener.Tls = Mutual(authorities)));
        Assert.Contains(authorities, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_may_bring_what_is_between_its_certificate_and_the_authority()
    {
        using X509Certificate2 root = Certificate("root", isAuthority: true);
        using X509Certificate2 between = Certificate("between", issuer: root, isAuthority: true);
        using X509Certificate2 alice = Certificate("alice", issuer: between);
        using X509Certificate2 server = Certificate("server", issuer: between, madeFor: ServerAuthentication);
        string authorities = Path.Combine(_directory, "authorities.pem");
        await File.WriteAllTextAsync(authorities, root.ExportCertificatePem());
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Tls = Mutual(authorities));

        using RawClient client = await EncryptAsync(await node.ConnectAsync(), alice, between);

        Assert.Equal(1, (await client.AskAsync(new MetadataRequest(), version: 9)).ControllerId);
        Assert.True(await IsRefusedAsync(node, server, between));
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pfx")]
    [InlineData("p12")]
    public async Task A_file_may_hold_what_is_between_its_certificate_and_the_authority(string form)
    {
        using X509Certificate2 root = Certificate("root", isAuthority: true);
        using X509Certificate2 between = Certificate("between", issuer: root, isAuthority: true);
        string authorities = Path.Combine(_directory, "authorities.pem");
        await File.WriteAllTextAsync(authorities, root.ExportCertificatePem());
        string server = WriteChain(form, Certificate("localhost", issuer: between), between, root);
        string alice = WriteChain(form, Certificate("alice", issuer: between), between, root);
        await using ListenedNode node = await ListenedNode.StartAsync(listener =>
        {
            listener.AdvertisedAddress = "localhost";
            listener.Tls = new()
            {
                CertificateFile = server,
                Password = "secret",
                ClientCertificates = ClientCertificateMode.Required,
                ClientAuthoritiesFile = authorities,
            };
        });

        await using KafkaCluster cluster = new(new KafkaClusterOptions
        {
            BootstrapServers = $"localhost:{node.Endpoint.Port}",
            Tls = new KafkaClusterTls
            {
                CertificateAuthorityFile = authorities,
                CertificateFile = alice,
                Password = "secret",
            }.ToOptions(),
        });

        await cluster.ConnectAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("CN=alice", "CN=alice")]
    [InlineData("CN=alice, OU=it, O=Acme, C=DE", "CN=alice,OU=it,O=Acme,C=DE")]
    [InlineData("CN=\"Acme, Inc. #1\", DC=acme", @"CN=Acme\, Inc. \#1,DC=acme")]
    [InlineData("E=a@b.c, CN=alice", "1.2.840.113549.1.9.1=#16056140622e63,CN=alice")]
    public void Subjects_are_written_as_Kafka_writes_them(string subject, string expected) =>
        Assert.Equal(expected, SubjectOf(new X500DistinguishedName(subject)));

    [Fact]
    public void Subjects_may_have_several_parts_in_one()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            foreach ((string type, string value) in new[] { ("2.5.4.3", "bob"), ("0.9.2342.19200300.100.1.1", "7") })
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(type);
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                }
            }
        }

        Assert.Equal("CN=bob+UID=7", SubjectOf(new X500DistinguishedName(writer.Encode())));
    }

    private static string SubjectOf(X500DistinguishedName subject)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return CertificateSubject.NameOf(certificate);
    }

    private static KafkaListenerTls Mutual(string authorities, TimeSpan? reloadInterval = null) => new()
    {
        Certificate = Certificate("localhost"),
        ClientCertificates = ClientCertificateMode.Required,
        ClientAuthoritiesFile = authorities,
        ReloadInterval = reloadInterval ?? TimeSpan.FromMinutes(1),
    };

    private static async Task<bool> IsRefusedAsync(
        ListenedNode node, X509Certificate2? certificate, params X509Certificate2[] between)
    {
        using RawClient client = await node.ConnectAsync();
        try
        {
            await EncryptAsync(client, certificate, between);
            await client.AskAsync(new MetadataRequest(), version: 9);
            return false;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return true;
        }
    }

    private static async Task<RawClient> EncryptAsync(
        RawClient client, X509Certificate2? certificate = null, params X509Certificate2[] between)
    {
        SslStream stream = new(client.Stream, false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificateContext = certificate is null
                ? null
                : SslStreamCertificateContext.Create(certificate, [.. between], offline: true),
        });
        client.Stream = stream;
        return client;
    }

    private static async Task<string> ThumbprintAsync(KafkaListener listener)
    {
        using RawClient client = await EncryptAsync(await RawClient.ConnectAsync(listener.Endpoint));
        return ((X509Certificate2)((SslStream)client.Stream).RemoteCertificate!).Thumbprint;
    }

    private string Write(string name, X509Certificate2 certificate)
    {
        string file = Path.Combine(_directory, $"{name}.pem");
        using RSA key = certificate.GetRSAPrivateKey()!;
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return file;
    }

    // The certificate is not the first, where the form allows that.
    private string WriteChain(string form, X509Certificate2 certificate, params X509Certificate2[] above)
    {
        string file = Path.Combine(_directory, $"{certificate.Thumbprint}.{form}");
        using RSA key = certificate.GetRSAPrivateKey()!;
        IEnumerable<X509Certificate2> bare =
            above.Select(other => X509CertificateLoader.LoadCertificate(other.RawData));
        if (form != "pem")
        {
            X509Certificate2Collection all = [.. bare, certificate];
            File.WriteAllBytes(file, all.Export(X509ContentType.Pfx, "secret")!);
            return file;
        }

        PbeParameters encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(file, string.Concat(
            bare.Prepend(certificate).Select(one => $"{one.ExportCertificatePem()}\n")
                .Append(key.ExportEncryptedPkcs8PrivateKeyPem("secret", encryption))));
        return file;
    }

    private static X509Certificate2 Certificate(
        string name, X509Certificate2? issuer = null, bool isAuthority = false, string? madeFor = null)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (madeFor is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(madeFor)], critical: false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = issuer is null
            ? request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1))
            : Issue(request, issuer, key);
        return X509CertificateLoader.LoadPkcs12(
            certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    private static X509Certificate2 Issue(CertificateRequest request, X509Certificate2 issuer, RSA key)
    {
        using X509Certificate2 issued =
            request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private sealed class PrincipalSeam : IWireSeam
    {
        public string? Principal { get; private set; }

        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken)
        {
            Principal = frame.Context.Principal;
            return default;
        }

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) => default;
    }
}
