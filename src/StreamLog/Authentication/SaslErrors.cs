namespace StreamLog.Authentication;

/// <summary>How an authentication fails. The texts are for the client, and tell it nothing of other users.</summary>
internal static class SaslErrors
{
    /// <summary>Makes the exception that ends an exchange.</summary>
    /// <param name="message">The reason, as the client may know it.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException Failed(string message) => new(ErrorCode.SaslAuthenticationFailed, message);

    /// <summary>Makes the exception for whatever has to do with a user or a password: all of it looks the
    /// same.</summary>
    /// <param name="mechanism">The mechanism.</param>
    /// <param name="isAnew">Whether the client was known before.</param>
    /// <returns>The exception.</returns>
    public static StreamLogException Invalid(string mechanism, bool isAnew) => Failed(
        $"Authentication failed during {(isAnew ? "re-authentication" : "authentication")} due to invalid credentials "
        + $"with SASL mechanism {mechanism}");
}
