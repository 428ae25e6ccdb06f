using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace StreamLog.Authentication;

/// <summary>Who may authenticate: the users of the options, and those whose credentials were stored.</summary>
/// <remarks>Thread-safe. Secrets of the options are hashed when they are first asked for, and kept.</remarks>
internal sealed class SaslUsers
{
    private const int SaltBytes = 16;

    private readonly SecurityOptions _options;
    private readonly Func<string, ScramMechanism, ScramCredential?> _stored;
    private readonly ConcurrentDictionary<(string User, ScramMechanism Mechanism), ScramCredential> _hashed = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SaltBytes);

    /// <summary>Takes the users of a node.</summary>
    /// <param name="options">What the options say.</param>
    /// <param name="stored">Finds a credential that was stored. It goes before what the options say.</param>
    public SaslUsers(SecurityOptions options, Func<string, ScramMechanism, ScramCredential?> stored)
    {
        _options = options;
        _stored = stored;
    }

    /// <summary>Tells whether a password is the user's.</summary>
    /// <param name="user">The user.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is.</returns>
    public ValueTask<bool> VerifyAsync(string user, string password, CancellationToken cancellationToken)
    {
        if (_options.PlainAuthenticator is { } authenticator)
            return authenticator(user, password, cancellationToken);

        // Of hashes even the lengths are equal, and whom nobody knows takes as long as a wrong password.
        bool isKnown = _options.Users.TryGetValue(user, out string? expected);
        bool isRight = CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(password)),
            SHA256.HashData(Encoding.UTF8.GetBytes(expected ?? "")));
        return new ValueTask<bool>(isKnown & isRight);
    }

    /// <summary>Finds what is known of a user's password.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="user">The user.</param>
    /// <returns>The credential, or <see langword="null"/>.</returns>
    public ScramCredential? FindCredential(ScramMechanism mechanism, string user)
    {
        if (_stored(user, mechanism) is { } stored)
            return stored;
        return _options.Users.TryGetValue(user, out string? password)
            ? _hashed.GetOrAdd((user, mechanism), static (key, own) => own.Hash(key.User, key.Mechanism), this)
            : null;
    }

    /// <summary>Makes up a credential for a user whom nobody knows: the same salt each time, as a real one
    /// has.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="user">The name.</param>
    /// <returns>A credential that no password fits.</returns>
    public ScramCredential Pretend(ScramMechanism mechanism, string user) => new(
        [.. SaltOf(mechanism, user)],
        [.. RandomNumberGenerator.GetBytes(mechanism.HashLength)],
        [.. RandomNumberGenerator.GetBytes(mechanism.HashLength)],
        ScramMechanism.IterationsMin);

    private ScramCredential Hash(string user, ScramMechanism mechanism)
    {
        byte[] salt = SaltOf(mechanism, user);
        byte[] salted = mechanism.SaltPassword(_options.Users[user], salt, ScramMechanism.IterationsMin);
        return mechanism.CreateCredential(salted, salt, ScramMechanism.IterationsMin);
    }

    private byte[] SaltOf(ScramMechanism mechanism, string user) =>
        mechanism.Hmac(_secret, Encoding.UTF8.GetBytes(user))[..SaltBytes];
}
