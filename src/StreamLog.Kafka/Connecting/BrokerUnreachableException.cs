namespace StreamLog.Kafka.Connecting;

/// <summary>A broker could not be connected to, or the connection was gone before a request was written: it was
/// certainly not sent.</summary>
internal sealed class BrokerUnreachableException : StreamLogException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="address">Where the broker should be.</param>
    /// <param name="innerException">The cause.</param>
    public BrokerUnreachableException(BrokerAddress address, Exception innerException)
        : base(
            ErrorCode.NetworkException,
            $"The broker {address} cannot be reached: {CauseOf(innerException)} Nothing was sent to it.",
            innerException)
    {
    }

    /// <summary>Creates the exception where no broker could be connected to.</summary>
    /// <param name="message">That, with their addresses.</param>
    /// <param name="innerException">The cause.</param>
    public BrokerUnreachableException(string message, Exception innerException)
        : base(ErrorCode.NetworkException, message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool IsOutcomeUnknown => false;

    // What became of the handshake is of no interest to who has not come to send anything.
    private static string CauseOf(Exception exception)
    {
        Exception inner = exception is StreamLogException { ErrorCode: ErrorCode.NetworkException }
            ? exception.InnerException ?? exception
            : exception;
        string cause = inner.Message;

        // What the system says of sockets has no full stop.
        return cause.EndsWith('.') ? cause : cause + ".";
    }
}
