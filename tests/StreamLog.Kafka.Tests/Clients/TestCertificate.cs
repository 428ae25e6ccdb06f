using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>A certificate for this machine that is its own authority, in a file with its key.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-certificate-");

    public TestCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Pem = certificate.ExportCertificatePem();
        File = Path.Combine(_directory.FullName, "localhost.pem");
        System.IO.File.WriteAllText(File, $"{Pem}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    public string File { get; }

    public string Pem { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
