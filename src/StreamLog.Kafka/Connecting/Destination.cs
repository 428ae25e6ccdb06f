namespace StreamLog.Kafka.Connecting;

/// <summary>Where a part of a request is to be sent, why it cannot be, or that it is not known yet.
/// Immutable.</summary>
/// <param name="Address">The broker, or <see langword="null"/>.</param>
/// <param name="Error">What is wrong.</param>
internal readonly record struct Destination(BrokerAddress? Address, ErrorCode Error)
{
    /// <summary>Gets that somebody must be asked.</summary>
    public static Destination Unknown => default;

    /// <summary>Gets whether somebody must be asked.</summary>
    public bool IsUnknown => Address is null && Error == ErrorCode.None;

    /// <summary>Names a broker.</summary>
    /// <param name="address">The broker.</param>
    /// <returns>The destination.</returns>
    public static Destination To(BrokerAddress address) => new(address, ErrorCode.None);

    /// <summary>Names an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The destination.</returns>
    public static Destination Refused(ErrorCode error) => new(null, error);
}
