using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace StreamLog.Kafka;

/// <summary>How connections to a cluster are encrypted, by files: what configuration and the command line can
/// say.</summary>
/// <remarks>The files are read by <see cref="ToOptions"/>, once. Not thread-safe.</remarks>
public sealed class KafkaClusterTls
{
    /// <summary>Gets or sets the PEM file with the authorities that brokers' certificates must come from. Kafka calls
    /// it <c>ssl.truststore.location</c>.</summary>
    /// <value>The default is none: those that the machine trusts.</value>
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>Gets or sets the file with the certificate that this client shows, and those between it and its root:
    /// PEM, or PKCS#12 where the name ends in <c>.pfx</c> or <c>.p12</c>. Kafka calls it
    /// <c>ssl.keystore.location</c>.</summary>
    /// <value>The default is none: the client shows no certificate.</value>
    public string? CertificateFile { get; set; }

    /// <summary>Gets or sets the PEM file with the private key.</summary>
    /// <value>The default is <see cref="CertificateFile"/>, which may hold both.</value>
    public string? KeyFile { get; set; }

    /// <summary>Gets or sets what the key is encrypted with. Kafka calls it <c>ssl.key.password</c>.</summary>
    /// <value>The default is <see langword="null"/>: it is not encrypted.</value>
    public string? Password { get; set; }

    /// <summary>Reads the files.</summary>
    /// <returns>Options for <see cref="KafkaClusterOptions.Tls"/>.</returns>
    /// <exception cref="StreamLogException">A file is not there, or does not hold what it should
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public SslClientAuthenticationOptions ToOptions()
    {
        if (CertificateFile is null && (KeyFile is not null || Password is not null))
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"There is a key for TLS and no certificate. Set {nameof(CertificateFile)} too.");
        }

        SslClientAuthenticationOptions options = new();
        if (CertificateAuthorityFile is { } authorities)
            options.CertificateChainPolicy = Trusting(authorities);
        if (CertificateFile is { } certificate)
            options.ClientCertificateContext = ReadOwn(certificate);
        return options;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // A private authority seldom says where its revocations are.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        Try(nameof(CertificateAuthorityFile), file, () => policy.CustomTrustStore.ImportFromPemFile(file));
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"{nameof(CertificateAuthorityFile)} is '{file}', which holds no certificate in PEM, as begins with "
                    + "'-----BEGIN CERTIFICATE-----'.");
    }

    private SslStreamCertificateContext ReadOwn(string file)
    {
        X509Certificate2Collection chain = [];
        X509Certificate2? certificate = null;
        string names = KeyFile is null ? file : $"{file}' with the key '{KeyFile}";
        Try(
            nameof(CertificateFile),
            names,
            () => certificate = CertificateFiles.Read(file, KeyFile, Password, chain));
        return certificate!.HasPrivateKey
            ? SslStreamCertificateContext.Create(certificate, chain, offline: true)
            : throw new StreamLogException(
                ErrorCode.InvalidConfig, $"{nameof(CertificateFile)} is '{names}', in which there is no private key.");
    }

    private static void Try(string setting, string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception)
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"{setting} is '{file}', which cannot be read: {exception.Message}",
                exception);
        }
    }
}
