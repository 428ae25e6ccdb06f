using System.Security.Cryptography;
using System.Text;
using StreamLog.Protocol;

namespace StreamLog.Authentication;

/// <summary>A SCRAM mechanism (RFC 5802): both sides prove that they know a secret of the user, and neither shows
/// it.</summary>
/// <remarks>For one authentication, as <see cref="ISaslExchange"/> says.</remarks>
/// <param name="mechanism">The mechanism.</param>
/// <param name="users">Who there is.</param>
/// <param name="isAnew">Whether the client was known before.</param>
internal sealed class ScramExchange(ScramMechanism mechanism, SaslUsers users, bool isAnew) : ISaslExchange
{
    private const int NonceBytes = 24;

    private ScramFirstMessage? _first;
    private string _serverFirst = "";
    private string _nonce = "";
    private ScramCredential? _credential;
    private bool _isKnown;

    /// <inheritdoc/>
    public ValueTask<SaslStep> ContinueAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        new(_first is null ? Begin(token.Span) : Finish(token.Span));

    private SaslStep Begin(ReadOnlySpan<byte> token)
    {
        _first = ScramFirstMessage.Parse(token) ?? throw SaslErrors.Invalid(mechanism.Name, isAnew);
        if (_first.ActAs.Length > 0 && _first.ActAs != _first.User)
        {
            throw SaslErrors.Failed(
                "Authentication failed: Client requested an authorization id that is different from username");
        }

        // Whom nobody knows goes on as everybody does, and fails where a wrong password does.
        ScramCredential? known = _first.IsToken ? null : users.FindCredential(mechanism, _first.User);
        _isKnown = known is not null;
        _credential = known ?? users.Pretend(mechanism, _first.User);
        _nonce = _first.Nonce + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        _serverFirst =
            $"r={_nonce},s={Convert.ToBase64String(_credential.Salt.AsSpan())},i={_credential.Iterations}";
        return new SaslStep(Encoding.UTF8.GetBytes(_serverFirst), null);
    }

    private SaslStep Finish(ReadOnlySpan<byte> token)
    {
        string text = Encoding.UTF8.GetString(token);
        int proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        ScramCredential credential = _credential ?? throw SaslErrors.Invalid(mechanism.Name, isAnew);
        _credential = null;

        // c=gs2-header,r=nonce[,extensions],p=proof
        string start = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(_first!.Gs2Header))},r=";
        byte[] proof = new byte[mechanism.HashLength];
        if (proofAt < 0
            || !text.StartsWith(start, StringComparison.Ordinal)
            || !IsNonce(text.AsSpan(start.Length, Math.Max(0, proofAt - start.Length)))
            || !Convert.TryFromBase64String(text[(proofAt + 3)..], proof, out int length)
            || length != proof.Length)
        {
            throw SaslErrors.Invalid(mechanism.Name, isAnew);
        }

        byte[] signed = Encoding.UTF8.GetBytes($"{_first.Bare},{_serverFirst},{text[..proofAt]}");
        byte[] clientKey = mechanism.Hmac(credential.StoredKey.AsSpan(), signed);
        for (int i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= proof[i];
        bool isRight = CryptographicOperations.FixedTimeEquals(
            mechanism.Hash(clientKey), credential.StoredKey.AsSpan());
        if (!isRight || !_isKnown)
            throw SaslErrors.Invalid(mechanism.Name, isAnew);

        string signature = Convert.ToBase64String(mechanism.Hmac(credential.ServerKey.AsSpan(), signed));
        return new SaslStep(Encoding.UTF8.GetBytes($"v={signature}"), $"User:{_first.User}");
    }
    // As in Kafka it has to end with the nonce: librdkafka before 2.6.1 writes its own part of it twice.
    private bool IsNonce(ReadOnlySpan<char> nonceAndExtensions)
    {
        int comma = nonceAndExtensions.IndexOf(',');
        ReadOnlySpan<char> nonce = comma < 0 ? nonceAndExtensions : nonceAndExtensions[..comma];
        return nonce.EndsWith(_nonce, StringComparison.Ordinal);
    }
}
