using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamLog.Kafka;

/// <summary>Reads certificates from files. Stateless.</summary>
internal static class CertificateFiles
{
    /// <summary>Reads a certificate with its key: PEM, or PKCS#12 where the name ends in <c>.pfx</c> or
    /// <c>.p12</c>.</summary>
    /// <param name="file">The file.</param>
    /// <param name="keyFile">The PEM file with the key; <see langword="null"/> is the same file.</param>
    /// <param name="password">What the key is encrypted with, or <see langword="null"/>.</param>
    /// <param name="chain">Takes what the file holds between the certificate and its root.</param>
    /// <returns>The certificate.</returns>
    public static X509Certificate2 Read(
        string file, string? keyFile, string? password, X509Certificate2Collection chain)
    {
        if (file.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".p12", StringComparison.OrdinalIgnoreCase))
        {
            return ReadPkcs12(file, password, chain);
        }

        chain.ImportFromPemFile(file);
        string key = keyFile ?? file;
        return password is null
            ? X509Certificate2.CreateFromPemFile(file, key)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, key);
    }

    // The certificate is the one with a key; such files come from their makers in any order.
    private static X509Certificate2 ReadPkcs12(string file, string? password, X509Certificate2Collection chain)
    {
        X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
        X509Certificate2 own = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? all.FirstOrDefault()
            ?? throw new CryptographicException($"There is no certificate in '{file}'.");
        foreach (X509Certificate2 other in all)
        {
            if (!ReferenceEquals(other, own))
                chain.Add(other);
        }

        return own;
    }
}
