using System.Security.Cryptography.X509Certificates;

namespace StreamLog.Kafka;

/// <summary>How a listener encrypts its connections.</summary>
/// <remarks>Read once when the listener starts; the files are read again as they change. Not thread-safe.</remarks>
public sealed class KafkaListenerTls
{
    /// <summary>Gets or sets the file with the certificate and those between it and its root: PEM, or PKCS#12 where
    /// the name ends in <c>.pfx</c> or <c>.p12</c>. Kafka calls it <c>ssl.keystore.location</c>.</summary>
    /// <value>The default is none; then <see cref="Certificate"/> must be set.</value>
    public string? CertificateFile { get; set; }

    /// <summary>Gets or sets the PEM file with the private key.</summary>
    /// <value>The default is <see cref="CertificateFile"/>, which may hold both.</value>
    public string? KeyFile { get; set; }

    /// <summary>Gets or sets what the key is encrypted with. Kafka calls it <c>ssl.key.password</c>.</summary>
    /// <value>The default is <see langword="null"/>: it is not encrypted.</value>
    public string? Password { get; set; }

    /// <summary>Gets or sets the certificate with its key, in place of files.</summary>
    /// <value>The default is none.</value>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Gets or sets whether clients must show a certificate. Kafka calls it <c>ssl.client.auth</c>.</summary>
    /// <value>The default is <see cref="ClientCertificateMode.None"/>.</value>
    public ClientCertificateMode ClientCertificates { get; set; }

    /// <summary>Gets or sets the PEM file with the authorities that clients' certificates must come from. Kafka calls
    /// it
    /// <c>ssl.truststore.location</c>.</summary>
    /// <value>The default is none: those that the machine trusts.</value>
    public string? ClientAuthoritiesFile { get; set; }

    /// <summary>Gets or sets how often files are read again, so that a certificate that was renewed is used without a
    /// restart. Connections that are open keep theirs.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromMinutes(1);
}
