namespace StreamLog.Kafka.Connecting;

/// <summary>A broker could not be connected to, so a request was certainly not sent to it.</summary>
internal sealed class BrokerUnreachableException : StreamLogException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="address">Where the broker should be.</param>
    /// <param name="innerException">The cause.</param>
    public BrokerUnreachableException(BrokerAddress address, Exception innerException)
        : base(
            ErrorCode.NetworkException,
            $"The broker {address} cannot be reached: {innerException.Message} Nothing was sent to it.",
            innerException)
    {
    }
}
