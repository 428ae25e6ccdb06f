using System.Security.Cryptography;
using System.Text;

namespace StreamLog.Kafka.Connecting;

/// <summary>The client's side of one authentication: PLAIN (RFC 4616) or SCRAM (RFC 5802, RFC 7677).</summary>
/// <remarks>Used once, by one caller at a time.</remarks>
internal sealed class SaslClient
{
    private const int NonceBytes = 24;

    private readonly string _user;
    private readonly string _password;
    private readonly HashAlgorithmName? _hash;
    private readonly string _bare;
    private readonly string _nonce;
    private byte[]? _expected;
    private int _step;

    /// <summary>Creates the exchange.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="user">The user.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="StreamLogException">The mechanism is not known
    /// (<see cref="ErrorCode.UnsupportedSaslMechanism"/>).</exception>
    public SaslClient(string mechanism, string user, string password)
    {
        _user = user;
        _password = password;
        _hash = mechanism switch
        {
            "PLAIN" => null,
            "SCRAM-SHA-256" => HashAlgorithmName.SHA256,
            "SCRAM-SHA-512" => HashAlgorithmName.SHA512,
            _ => throw new StreamLogException(
                ErrorCode.UnsupportedSaslMechanism,
                $"'{mechanism}' is not known here. Use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."),
        };
        _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        _bare = $"n={Escape(user)},r={_nonce}";
    }

    /// <summary>Answers what the server has sent.</summary>
    /// <param name="token">What it has sent; nothing at first.</param>
    /// <returns>What to send, or <see langword="null"/> where the exchange is over and the server has proved that it
    /// knows the password too.</returns>
    /// <exception cref="StreamLogException">The server has not proved it, or says what it must not
    /// (<see cref="ErrorCode.SaslAuthenticationFailed"/>).</exception>
    public byte[]? Next(byte[] token)
    {
        int step = _step++;
        if (_hash is not { } hash)
            return step == 0 ? Encoding.UTF8.GetBytes($"\0{_user}\0{_password}") : null;
        return step switch
        {
            0 => Encoding.UTF8.GetBytes($"n,,{_bare}"),
            1 => Prove(Encoding.UTF8.GetString(token), hash),
            _ => Trust(Encoding.UTF8.GetString(token)),
        };
    }

    private static string Escape(string user) =>
        user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

    private byte[] Prove(string serverFirst, HashAlgorithmName hash)
    {
        string[] parts = serverFirst.Split(',');
        if (parts.Length < 3 || !parts[0].StartsWith($"r={_nonce}", StringComparison.Ordinal)
            || !parts[1].StartsWith("s=", StringComparison.Ordinal)
            || !parts[2].StartsWith("i=", StringComparison.Ordinal)
            || !int.TryParse(parts[2].AsSpan(2), out int iterations) || iterations < 4096)
        {
            throw Failed("its first message is not what SCRAM asks for");
        }

        byte[] salt;
        try
        {
            salt = Convert.FromBase64String(parts[1][2..]);
        }
        catch (FormatException)
        {
            throw Failed("its salt is not Base64");
        }

        int length = hash == HashAlgorithmName.SHA512 ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes;
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(_password, salt, iterations, hash, length);
        byte[] clientKey = CryptographicOperations.HmacData(hash, salted, "Client Key"u8);
        byte[] storedKey = CryptographicOperations.HashData(hash, clientKey);
        string start = $"c=biws,{parts[0]}";
        byte[] signed = Encoding.UTF8.GetBytes($"{_bare},{serverFirst},{start}");
        byte[] proof = CryptographicOperations.HmacData(hash, storedKey, signed);
        for (int i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        byte[] serverKey = CryptographicOperations.HmacData(hash, salted, "Server Key"u8);
        _expected = CryptographicOperations.HmacData(hash, serverKey, signed);
        return Encoding.UTF8.GetBytes($"{start},p={Convert.ToBase64String(proof)}");
    }

    private byte[]? Trust(string serverFinal)
    {
        byte[] signature = new byte[_expected!.Length];
        return serverFinal.StartsWith("v=", StringComparison.Ordinal)
            && Convert.TryFromBase64String(serverFinal[2..], signature, out _)
            && CryptographicOperations.FixedTimeEquals(signature, _expected)
            ? null
            : throw Failed("it does not know the password itself");
    }

    private static StreamLogException Failed(string why) =>
        new(ErrorCode.SaslAuthenticationFailed, $"The broker cannot be trusted: {why}.");
}
