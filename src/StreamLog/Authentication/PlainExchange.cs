using System.Text;
using StreamLog.Protocol;

namespace StreamLog.Authentication;

/// <summary>The mechanism PLAIN (RFC 4616): one message with name and password.</summary>
/// <remarks>For one authentication, as <see cref="ISaslExchange"/> says.</remarks>
/// <param name="verify">Tells whether a name and a password belong together.</param>
internal sealed class PlainExchange(Func<string, string, CancellationToken, ValueTask<bool>> verify) : ISaslExchange
{
    /// <summary>The mechanism's name.</summary>
    public const string Mechanism = "PLAIN";

    /// <inheritdoc/>
    public async ValueTask<SaslStep> ContinueAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        // [authzid] NUL authcid NUL passwd
        string[] parts = Encoding.UTF8.GetString(token.Span).Split('\0');
        if (parts.Length != 3)
            throw SaslErrors.Failed($"Invalid SASL/PLAIN response: expected 3 tokens, got {parts.Length}");

        (string actAs, string user, string password) = (parts[0], parts[1], parts[2]);
        if (user.Length == 0)
            throw SaslErrors.Failed("Authentication failed: username not specified");
        if (password.Length == 0)
            throw SaslErrors.Failed("Authentication failed: password not specified");
        if (!await VerifyAsync(user, password, cancellationToken).ConfigureAwait(false))
            throw SaslErrors.Failed("Authentication failed: Invalid username or password");
        if (actAs.Length > 0 && actAs != user)
        {
            throw SaslErrors.Failed(
                "Authentication failed: Client requested an authorization id that is different from username");
        }

        return new SaslStep([], $"User:{user}");
    }

    // It may be the application's own code: whatever it throws, nobody gets in.
    private async ValueTask<bool> VerifyAsync(string user, string password, CancellationToken cancellationToken)
    {
        try
        {
            return await verify(user, password, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StreamLogException(
                ErrorCode.SaslAuthenticationFailed,
                "Authentication failed: credentials for user could not be verified",
                exception);
        }
    }
}
