using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Opens connections: socket, encryption, versions, authentication. Stateless, thread-safe.</summary>
internal static class ConnectionOpener
{
    private const string SoftwareName = "streamlog";

    // A session is renewed before it ends, with time to spare for what is under way.
    private const double RenewedAfter = 0.85;

    private static readonly string SoftwareVersion =
        typeof(ConnectionOpener).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "0";

    /// <summary>Opens a connection, ready for any request.</summary>
    /// <param name="address">Whom it leads to.</param>
    /// <param name="clientId">What the client calls itself.</param>
    /// <param name="parts">What all connections share.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="StreamLogException">The broker cannot be reached, or does not take us.</exception>
    public static async ValueTask<BrokerConnection> OpenAsync(
        BrokerAddress address, string? clientId, ClusterParts parts)
    {
        using CancellationTokenSource limit = new(parts.Options.ConnectTimeout, parts.Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, parts.Closing);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        BrokerConnection? connection = null;
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, either.Token).ConfigureAwait(false);
            Stream stream = await EncryptAsync(socket, address, parts, either.Token).ConfigureAwait(false);
            connection = new BrokerConnection(socket, stream, address, clientId, parts);
            await AskVersionsAsync(connection, either.Token).ConfigureAwait(false);
            await AuthenticateAsync(connection, parts, either.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            socket.Dispose();
            connection?.Fail(exception);
            if (exception is BrokerUnreachableException
                or StreamLogException { ErrorCode: not ErrorCode.NetworkException })
            {
                throw;
            }

            throw new BrokerUnreachableException(address, exception is OperationCanceledException
                ? new TimeoutException($"It did not answer within {parts.Options.ConnectTimeout}.", exception)
                : exception);
        }
    }

    /// <summary>Authenticates, where the options say by what, for as long as the broker lets it hold.</summary>
    /// <param name="connection">The connection, on which nobody writes meanwhile.</param>
    /// <param name="parts">What all connections share.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when the broker knows us.</returns>
    /// <exception cref="StreamLogException">The broker does not take us.</exception>
    public static async ValueTask AuthenticateAsync(
        BrokerConnection connection, ClusterParts parts, CancellationToken cancellationToken)
    {
        connection.AuthenticateAgainAt = null;
        if (parts.Options.SaslMechanism is not { } mechanism)
            return;

        SaslClient sasl = new(mechanism, parts.Options.UserName, parts.Options.Password);
        SaslHandshakeResponse handshake = await connection
            .ExchangeAsync(new SaslHandshakeRequest { Mechanism = mechanism }, null, cancellationToken)
            .ConfigureAwait(false);
        if (handshake.ErrorCode != ErrorCode.None)
        {
            throw new StreamLogException(
                handshake.ErrorCode,
                $"The broker does not take {mechanism}. It offers {string.Join(", ", handshake.Mechanisms)}.");
        }

        byte[] token = [];
        long lifetimeMs = 0;
        while (sasl.Next(token) is { } next)
        {
            SaslAuthenticateResponse answer = await connection
                .ExchangeAsync(new SaslAuthenticateRequest { AuthBytes = next }, null, cancellationToken)
                .ConfigureAwait(false);
            if (answer.ErrorCode != ErrorCode.None)
            {
                throw new StreamLogException(
                    answer.ErrorCode,
                    $"The broker has refused user '{parts.Options.UserName}': {answer.ErrorMessage ?? "no reason "
                        + "given"}. Check UserName and Password.");
            }

            token = answer.AuthBytes;
            lifetimeMs = answer.SessionLifetimeMs;
        }

        if (lifetimeMs > 0)
        {
            long holds = (long)(lifetimeMs * RenewedAfter * parts.Time.TimestampFrequency / 1000);
            connection.AuthenticateAgainAt = parts.Time.GetTimestamp() + holds;
        }
    }

    private static async ValueTask<Stream> EncryptAsync(
        Socket socket, BrokerAddress address, ClusterParts parts, CancellationToken cancellationToken)
    {
        NetworkStream plain = new(socket, ownsSocket: false);
        if (parts.Options.Tls is not { } tls)
            return plain;

        SslStream encrypted = new(plain, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsClientAsync(ForHost(tls, address.Host), cancellationToken)
                .ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask AskVersionsAsync(BrokerConnection connection, CancellationToken cancellationToken)
    {
        ApiVersionsRequest request = new()
        {
            ClientSoftwareName = SoftwareName,
            ClientSoftwareVersion = SoftwareVersion,
        };
        ApiVersionsResponse answer = await connection
            .ExchangeAsync(request, ApiVersionsRequest.MaxVersion, cancellationToken).ConfigureAwait(false);
        if (answer.ErrorCode == ErrorCode.UnsupportedVersion)
        {
            // It names the versions that it does know, or is too old even for that.
            short newest = new SpokenVersions(answer).Find(ApiKey.ApiVersions) is { } range
                ? Math.Min(range.MaxVersion, ApiVersionsRequest.MaxVersion)
                : (short)0;
            answer = await connection.ExchangeAsync(request, newest, cancellationToken).ConfigureAwait(false);
        }

        if (answer.ErrorCode != ErrorCode.None)
            throw new StreamLogException(answer.ErrorCode, "The broker does not tell which versions it speaks.");
        connection.Spoken = new SpokenVersions(answer);
    }

    /// <summary>Copies options for one host: it is the one whose certificate is wanted, unless the application says
    /// otherwise.</summary>
    /// <param name="tls">The options.</param>
    /// <param name="host">The host that is connected to.</param>
    /// <returns>The copy.</returns>
    internal static SslClientAuthenticationOptions ForHost(SslClientAuthenticationOptions tls, string host)
    {
        SslClientAuthenticationOptions copy = new()
        {
            TargetHost = string.IsNullOrEmpty(tls.TargetHost) ? host : tls.TargetHost,
            AllowRenegotiation = tls.AllowRenegotiation,
            AllowTlsResume = tls.AllowTlsResume,
            ApplicationProtocols = tls.ApplicationProtocols,
            CertificateChainPolicy = tls.CertificateChainPolicy,
            CertificateRevocationCheckMode = tls.CertificateRevocationCheckMode,
            CipherSuitesPolicy = tls.CipherSuitesPolicy,
            ClientCertificateContext = tls.ClientCertificateContext,
            ClientCertificates = tls.ClientCertificates,
            EnabledSslProtocols = tls.EnabledSslProtocols,
            EncryptionPolicy = tls.EncryptionPolicy,
            LocalCertificateSelectionCallback = tls.LocalCertificateSelectionCallback,
            RemoteCertificateValidationCallback = tls.RemoteCertificateValidationCallback,
        };
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            copy.AllowRsaPkcs1Padding = tls.AllowRsaPkcs1Padding;
            copy.AllowRsaPssPadding = tls.AllowRsaPssPadding;
        }

        return copy;
    }
}
