namespace StreamLog.Kafka.Connecting;

/// <summary>What options of a connection to a cluster have to keep to. Stateless.</summary>
internal static class ClusterRules
{
    /// <summary>Refuses options that make no sense.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="StreamLogException">One is wrong (<see cref="ErrorCode.InvalidConfig"/>,
    /// <see cref="ErrorCode.UnsupportedSaslMechanism"/>).</exception>
    public static void ThrowIfInvalid(KafkaClusterOptions options)
    {
        if (options.SaslMechanism is { } mechanism)
            _ = new SaslClient(mechanism, options.UserName, options.Password);
        Check(nameof(options.ConnectTimeout), options.ConnectTimeout);
        Check(nameof(options.RequestTimeout), options.RequestTimeout);
        Check(nameof(options.IdleTimeout), options.IdleTimeout);
        Check(nameof(options.MetadataMaxAge), options.MetadataMaxAge);
    }

    private static void Check(string option, TimeSpan value)
    {
        // The clocks of timers have no room for more.
        if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(24))
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig, $"{option} is {value}. Choose a time above zero, of 24 days at most.");
        }
    }
}
