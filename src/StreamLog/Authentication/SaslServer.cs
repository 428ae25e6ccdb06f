using Microsoft.Extensions.Logging;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Authentication;

/// <summary>Leads clients through their authentication: which mechanism, message by message, for how long.</summary>
/// <remarks>Thread-safe; the state of an authentication is in the session, whose requests come one after
/// another.</remarks>
internal sealed partial class SaslServer
{
    // Kafka takes a client that authenticates anew more often for one that has gone wild.
    private static readonly TimeSpan ReauthenticationMin = TimeSpan.FromSeconds(1);

    private readonly SaslUsers _users;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates a server.</summary>
    /// <param name="users">Who may authenticate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    public SaslServer(SaslUsers users, TimeProvider time, ILogger logger)
    {
        _users = users;
        _time = time;
        _logger = logger;
    }

    /// <summary>Takes the client's choice of a mechanism.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <returns>The answer.</returns>
    public SaslHandshakeResponse Shake(SaslHandshakeRequest request, RequestContext context)
    {
        RequestSession session = context.Session;
        if (!session.MustAuthenticate || !MayBegin(session))
            return new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState };
        if (session.SaslExchange is not null || session.HasFailed)
        {
            session.FailSasl();
            return new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState };
        }

        SaslHandshakeResponse response = new() { Mechanisms = [.. session.SaslMechanisms] };
        if (session.SaslMechanisms.Contains(request.Mechanism, StringComparer.Ordinal)
            && Begin(request.Mechanism, session) is { } exchange)
        {
            session.BeginSasl(request.Mechanism, exchange, isRaw: request.Version == 0, _time.GetUtcNow());
            return response;
        }

        session.FailSasl();
        Log.Refused(_logger, context.ClientHost, $"it asks for the mechanism {request.Mechanism}");
        response.ErrorCode = ErrorCode.UnsupportedSaslMechanism;
        return response;
    }

    /// <summary>Takes the client's next message.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer.</returns>
    public async ValueTask<SaslAuthenticateResponse> AuthenticateAsync(
        SaslAuthenticateRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        RequestSession session = context.Session;
        if (session.SaslExchange is not { } exchange)
        {
            if (!session.IsAuthenticated)
                session.FailSasl();
            return Error(ErrorCode.IllegalSaslState, session.IsAuthenticated
                ? "SaslAuthenticate request received after successful authentication"
                : "SaslAuthenticate request received without a SaslHandshake before it");
        }

        try
        {
            SaslStep step = await exchange.ContinueAsync(request.AuthBytes, cancellationToken).ConfigureAwait(false);
            SaslAuthenticateResponse response = new() { AuthBytes = step.Token };
            if (step.Principal is { } principal)
                response.SessionLifetimeMs = Complete(session, principal);
            return response;
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.SaslAuthenticationFailed)
        {
            session.FailSasl();
            Log.Refused(_logger, context.ClientHost, exception.Message);
            return Error(exception.ErrorCode, exception.Message);
        }
    }

    private static SaslAuthenticateResponse Error(ErrorCode code, string message) =>
        new() { ErrorCode = code, ErrorMessage = message };

    // Who is known may authenticate anew only where that ends some time, and not all the time.
    private bool MayBegin(RequestSession session)
    {
        if (session.Principal is null || session.SaslExchange is not null)
            return true;
        return session.ExpiresAt is not null
            && (session.ReauthenticatedAt is not { } last || _time.GetUtcNow() - last >= ReauthenticationMin);
    }

    private ISaslExchange? Begin(string mechanism, RequestSession session)
    {
        if (session.Principal is not null && session.SaslMechanism != mechanism)
        {
            return new RefusedExchange(
                $"SASL mechanism '{mechanism}' requested by client is not supported for re-authentication of mechanism "
                + $"'{session.SaslMechanism}'");
        }

        bool isAnew = session.Principal is not null;
        return mechanism switch
        {
            PlainExchange.Mechanism => new PlainExchange(_users.VerifyAsync),
            "SCRAM-SHA-256" => new ScramExchange(ScramMechanism.Sha256, _users, isAnew),
            "SCRAM-SHA-512" => new ScramExchange(ScramMechanism.Sha512, _users, isAnew),
            _ => null,
        };
    }

    // Returns for how many milliseconds it holds, or 0 for as long as the connection.
    private long Complete(RequestSession session, string principal)
    {
        if (session.Principal is { } before && before != principal)
        {
            throw SaslErrors.Failed(
                $"Cannot change principals during re-authentication from {Dotted(before)}: {Dotted(principal)}");
        }

        session.CompleteSasl(principal, _time.GetUtcNow() + session.AuthenticationLifetime);
        return (long)(session.AuthenticationLifetime?.TotalMilliseconds ?? 0);
    }

    private static string Dotted(string principal) => principal.Replace(':', '.');
}
