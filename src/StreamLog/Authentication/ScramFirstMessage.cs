using System.Text;

namespace StreamLog.Authentication;

/// <summary>The first message of a SCRAM client: <c>n,[a=authzid],n=user,r=nonce[,extensions]</c>. Immutable.</summary>
/// <param name="Gs2Header">What stands before the rest, with its comma; the last message repeats it.</param>
/// <param name="ActAs">The name that the client wants to act under, or an empty text.</param>
/// <param name="Bare">The rest, which is signed.</param>
/// <param name="User">The user's name.</param>
/// <param name="Nonce">The client's nonce.</param>
/// <param name="IsToken">Whether the name is that of a delegation token.</param>
internal sealed record ScramFirstMessage(
    string Gs2Header, string ActAs, string Bare, string User, string Nonce, bool IsToken)
{
    /// <summary>Reads the message.</summary>
    /// <param name="token">The message.</param>
    /// <returns>The message, or <see langword="null"/> where it is none, or asks for channel binding.</returns>
    public static ScramFirstMessage? Parse(ReadOnlySpan<byte> token)
    {
        string text = Encoding.UTF8.GetString(token);
        string[] parts = text.Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y"))
            return null;

        string? actAs = parts[1].Length == 0 ? "" : NameOf(parts[1], "a=");
        int gs2Length = parts[0].Length + parts[1].Length + 2;
        string? user = NameOf(parts[2], "n=");
        string nonce = parts[3];
        if (actAs is null || string.IsNullOrEmpty(user) || !nonce.StartsWith("r=", StringComparison.Ordinal)
            || nonce.Length == 2)
        {
            return null;
        }

        return new ScramFirstMessage(
            text[..gs2Length],
            actAs,
            text[gs2Length..],
            user,
            nonce[2..],
            parts.Skip(4).Contains("tokenauth=true", StringComparer.OrdinalIgnoreCase));
    }

    // In a name a comma is =2C and an equals sign is =3D. Anything else behind an equals sign is an error.
    private static string? NameOf(string part, string prefix)
    {
        if (!part.StartsWith(prefix, StringComparison.Ordinal))
            return null;

        string escaped = part[prefix.Length..];
        string rest = escaped
            .Replace("=2C", "", StringComparison.Ordinal)
            .Replace("=3D", "", StringComparison.Ordinal);
        return rest.Contains('=', StringComparison.Ordinal)
            ? null
            : escaped.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
    }
}
