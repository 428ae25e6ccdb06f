using System.Security.Cryptography;
using System.Text;

namespace StreamLog.Tests.Authentication;

/// <summary>A client of SCRAM, by the words of RFC 5802 and with nothing of the server's code.</summary>
internal sealed class ScramClient(string user, string password, HashAlgorithmName hash, string extensions = "")
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";

    private string _bare = "";
    private byte[] _serverKey = [];
    private string _signed = "";

    public string Gs2Header { get; init; } = "n,,";

    /// <summary>What to change in the last message before it is sent.</summary>
    public Func<string, string> Spoil { get; init; } = message => message;

    /// <summary>Whether to write the own part of the nonce twice at the end, as librdkafka before 2.6.1 does.</summary>
    public bool RepeatsNonce { get; init; }

    public byte[] First()
    {
        _bare = $"n={user.Replace("=", "=3D").Replace(",", "=2C")},r={Nonce}{extensions}";
        return Encoding.UTF8.GetBytes(Gs2Header + _bare);
    }

    public byte[] Final(byte[] serverFirst)
    {
        string text = Encoding.UTF8.GetString(serverFirst);
        string[] parts = text.Split(',');
        Assert(parts[0].StartsWith($"r={Nonce}", StringComparison.Ordinal) && parts[0].Length > Nonce.Length + 20);
        byte[] salt = Convert.FromBase64String(parts[1][2..]);
        int iterations = int.Parse(parts[2][2..], null);

        int length = hash == HashAlgorithmName.SHA512 ? 64 : 32;
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, hash, length);
        byte[] clientKey = CryptographicOperations.HmacData(hash, salted, "Client Key"u8);
        _serverKey = CryptographicOperations.HmacData(hash, salted, "Server Key"u8);
        string nonce = RepeatsNonce ? Nonce + parts[0][2..] : parts[0][2..];
        string start = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(Gs2Header))},r={nonce}";
        _signed = $"{_bare},{text},{start}";
        byte[] signature = CryptographicOperations.HmacData(
            hash, CryptographicOperations.HashData(hash, clientKey), Encoding.UTF8.GetBytes(_signed));
        byte[] proof = [.. clientKey.Zip(signature, (a, b) => (byte)(a ^ b))];
        return Encoding.UTF8.GetBytes(Spoil($"{start},p={Convert.ToBase64String(proof)}"));
    }

    public bool Trusts(byte[] serverFinal)
    {
        byte[] signature = CryptographicOperations.HmacData(hash, _serverKey, Encoding.UTF8.GetBytes(_signed));
        return Encoding.UTF8.GetString(serverFinal) == $"v={Convert.ToBase64String(signature)}";
    }

    private static void Assert(bool holds) => Xunit.Assert.True(holds);
}
