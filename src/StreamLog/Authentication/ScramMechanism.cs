using System.Security.Cryptography;

namespace StreamLog.Authentication;

/// <summary>One of the two SCRAM mechanisms that Kafka knows (RFC 5802 and 7677), and what it computes.
/// Immutable.</summary>
internal sealed class ScramMechanism
{
    /// <summary>SCRAM with SHA-256.</summary>
    public static readonly ScramMechanism Sha256 = new(1, "SCRAM-SHA-256", HashAlgorithmName.SHA256, 32);

    /// <summary>SCRAM with SHA-512.</summary>
    public static readonly ScramMechanism Sha512 = new(2, "SCRAM-SHA-512", HashAlgorithmName.SHA512, 64);

    /// <summary>The least and the largest number of iterations that a credential may have, as in Kafka.</summary>
    public const int IterationsMin = 4096;

    /// <inheritdoc cref="IterationsMin"/>
    public const int IterationsMax = 16384;

    private readonly HashAlgorithmName _hash;

    private ScramMechanism(sbyte number, string name, HashAlgorithmName hash, int hashLength)
    {
        Number = number;
        Name = name;
        HashLength = hashLength;
        _hash = hash;
    }

    /// <summary>Gets the number by which Kafka's protocol and records name the mechanism.</summary>
    public sbyte Number { get; }

    /// <summary>Gets the name in SASL.</summary>
    public string Name { get; }

    /// <summary>Gets how many bytes keys and signatures have.</summary>
    public int HashLength { get; }

    /// <summary>Finds a mechanism.</summary>
    /// <param name="number">Its number in Kafka.</param>
    /// <returns>The mechanism, or <see langword="null"/>.</returns>
    public static ScramMechanism? Find(sbyte number) => number switch
    {
        1 => Sha256,
        2 => Sha512,
        _ => null,
    };

    /// <summary>Salts and hashes a password: <c>Hi()</c> of the RFC.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">How often to hash.</param>
    /// <returns>The salted password.</returns>
    public byte[] SaltPassword(string password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, _hash, HashLength);

    /// <summary>Makes of a salted password what a server keeps: from it nobody can authenticate.</summary>
    /// <param name="saltedPassword">The salted password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">How often the password was hashed.</param>
    /// <returns>The credential.</returns>
    public ScramCredential CreateCredential(byte[] saltedPassword, byte[] salt, int iterations) => new(
        [.. salt],
        [.. Hash(Hmac(saltedPassword, "Client Key"u8))],
        [.. Hmac(saltedPassword, "Server Key"u8)],
        iterations);

    /// <summary>Hashes.</summary>
    /// <param name="bytes">What to hash.</param>
    /// <returns>The hash.</returns>
    public byte[] Hash(ReadOnlySpan<byte> bytes) => CryptographicOperations.HashData(_hash, bytes);

    /// <summary>Signs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">What to sign.</param>
    /// <returns>The signature.</returns>
    public byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> bytes) =>
        CryptographicOperations.HmacData(_hash, key, bytes);
}
