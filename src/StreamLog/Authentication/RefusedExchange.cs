using StreamLog.Protocol;

namespace StreamLog.Authentication;

/// <summary>An authentication that was lost when it began, and is told so upon the client's first message.</summary>
/// <param name="message">The reason.</param>
internal sealed class RefusedExchange(string message) : ISaslExchange
{
    /// <inheritdoc/>
    public ValueTask<SaslStep> ContinueAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        ValueTask.FromException<SaslStep>(SaslErrors.Failed(message));
}
