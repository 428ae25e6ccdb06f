using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace StreamLog.Kafka.Listening;

/// <summary>Encrypts connections, with the certificate that is in its file now.</summary>
/// <remarks>Owned by the listener. Thread-safe.</remarks>
internal sealed partial class TlsHandshake
{
    // What a certificate must be made for, where it says what it is made for.
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly KafkaListenerTls _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private SslServerAuthenticationOptions _current;
    private byte[] _fingerprint;
    private long _readAt;

    private TlsHandshake(
        KafkaListenerTls options, (SslServerAuthenticationOptions Options, byte[] Fingerprint) first, TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        (_current, _fingerprint) = first;
        _readAt = time.GetTimestamp();
    }

    /// <summary>Reads certificates for the first time.</summary>
    /// <param name="options">Where they are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    /// <returns>What encrypts connections.</returns>
    /// <exception cref="StreamLogException">They cannot be read, or have no key
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static TlsHandshake Create(KafkaListenerTls options, TimeProvider time, ILogger logger)
    {
        try
        {
            return new TlsHandshake(options, Read(options), time, logger);
        }
        catch (Exception exception) when (exception is not StreamLogException)
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"The certificate of the listener cannot be read: {exception.Message}",
                exception);
        }
    }

    /// <summary>Encrypts a connection that has just been accepted.</summary>
    /// <param name="plain">The connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The encrypted connection, and the certificate that the client has shown, if any.</returns>
    public async ValueTask<(Stream Stream, X509Certificate? Client)> OpenAsync(
        Stream plain, CancellationToken cancellationToken)
    {
        SslStream encrypted = new(plain, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsServerAsync(Current(), cancellationToken).ConfigureAwait(false);
            return (encrypted, encrypted.RemoteCertificate);
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            string? file = _options.CertificateFile ?? _options.ClientAuthoritiesFile;
            if (file is null || _time.GetElapsedTime(_readAt) < _options.ReloadInterval)
                return _current;

            _readAt = _time.GetTimestamp();
            try
            {
                (SslServerAuthenticationOptions options, byte[] fingerprint) = Read(_options);
                if (!fingerprint.AsSpan().SequenceEqual(_fingerprint))
                {
                    (_current, _fingerprint) = (options, fingerprint);
                    Log.Reloaded(_logger, file);
                }
            }
            catch (Exception exception)
            {
                // Perhaps it is just being written. The old one serves until it can be read.
                Log.NotReloaded(_logger, exception, file);
            }

            return _current;
        }
    }

    // The fingerprint is of all certificates: a chain or an authority may change where the listener's own stays.
    private static (SslServerAuthenticationOptions Options, byte[] Fingerprint) Read(KafkaListenerTls options)
    {
        X509Certificate2Collection chain = [];
        X509Certificate2 certificate = options.Certificate ?? ReadFile(options, chain);
        if (!certificate.HasPrivateKey)
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig, $"The certificate {certificate.Subject} of the listener has no private key.");
        }

        X509Certificate2Collection authorities = [];
        if (options.ClientAuthoritiesFile is { } file)
        {
            authorities.ImportFromPemFile(file);

            // With none of them those would count that the machine trusts, and that is not what was asked for.
            if (authorities.Count == 0)
            {
                throw new StreamLogException(
                    ErrorCode.InvalidConfig,
                    $"{file} has no certificate of an authority of clients. Put one into it, in PEM.");
            }
        }

        return (new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ClientCertificateRequired = options.ClientCertificates != ClientCertificateMode.None,
            RemoteCertificateValidationCallback = (_, client, sent, errors) =>
                IsAcceptable(options.ClientCertificates, client, sent, errors, authorities),
        }, Fingerprint([certificate, .. chain, .. authorities]));
    }

    private static byte[] Fingerprint(IEnumerable<X509Certificate2> certificates) =>
        SHA256.HashData([.. certificates.SelectMany(certificate => SHA256.HashData(certificate.RawDataMemory.Span))]);

    private static X509Certificate2 ReadFile(KafkaListenerTls options, X509Certificate2Collection chain)
    {
        string file = options.CertificateFile ?? throw new StreamLogException(
            ErrorCode.InvalidConfig, "TLS needs a certificate: set CertificateFile, or Certificate.");
        return CertificateFiles.Read(file, options.KeyFile, options.Password, chain);
    }

    private static bool IsAcceptable(
        ClientCertificateMode mode,
        X509Certificate? client,
        X509Chain? sent,
        SslPolicyErrors errors,
        X509Certificate2Collection authorities)
    {
        if (mode == ClientCertificateMode.None)
            return true;
        if (client is null)
            return mode == ClientCertificateMode.Requested;
        if (authorities.Count == 0)
            return errors == SslPolicyErrors.None;

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));

        // What is between its certificate and the authority a client brings along.
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build((X509Certificate2)client);
    }
}
