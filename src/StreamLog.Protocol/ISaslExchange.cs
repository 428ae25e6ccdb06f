namespace StreamLog.Protocol;

/// <summary>The server's side of one authentication under way: it answers the client's messages, one by one.</summary>
/// <remarks>Not thread-safe: a client waits for each answer. Made for one authentication, and thrown away after
/// it.</remarks>
public interface ISaslExchange
{
    /// <summary>Takes the client's next message.</summary>
    /// <param name="token">The message. It is not kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What to answer, and who the client is once that is known.</returns>
    /// <exception cref="StreamLogException">The client is not who it says, or does not follow the mechanism
    /// (<see cref="ErrorCode.SaslAuthenticationFailed"/>). The exchange is over.</exception>
    ValueTask<SaslStep> ContinueAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken);
}
