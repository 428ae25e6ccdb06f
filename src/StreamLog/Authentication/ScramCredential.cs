using System.Collections.Immutable;

namespace StreamLog.Authentication;

/// <summary>What a server keeps of a user's password for one SCRAM mechanism. Immutable.</summary>
/// <param name="Salt">The salt.</param>
/// <param name="StoredKey">The hash of the key by which the client proves that it has the password.</param>
/// <param name="ServerKey">The key by which the server proves that it knows the user.</param>
/// <param name="Iterations">How often the password was hashed.</param>
internal sealed record ScramCredential(
    ImmutableArray<byte> Salt, ImmutableArray<byte> StoredKey, ImmutableArray<byte> ServerKey, int Iterations);
