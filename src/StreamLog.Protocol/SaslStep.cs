namespace StreamLog.Protocol;

/// <summary>What a server answers to one message of an authentication.</summary>
/// <param name="Token">The message to the client. May be empty.</param>
/// <param name="Principal">Who the client is, as <c>Type:Name</c>, where that is now known and nothing further is
/// expected; <see langword="null"/> where the client has to go on.</param>
public readonly record struct SaslStep(byte[] Token, string? Principal);
