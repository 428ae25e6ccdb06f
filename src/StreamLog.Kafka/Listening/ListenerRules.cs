namespace StreamLog.Kafka.Listening;

/// <summary>What options of a listener have to keep to. Stateless.</summary>
internal static class ListenerRules
{
    private static readonly string[] Mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

    /// <summary>Returns Kafka's name for what protects a listener's connections.</summary>
    /// <param name="options">The listener's options.</param>
    /// <returns>The name.</returns>
    public static string ProtocolOf(KafkaListenerOptions options) => (options.SaslMechanisms.Count, options.Tls) switch
    {
        (0, null) => "PLAINTEXT",
        (0, _) => "SSL",
        (_, null) => "SASL_PLAINTEXT",
        _ => "SASL_SSL",
    };

    /// <summary>Refuses options that make no sense.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="StreamLogException">One is wrong (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static void ThrowIfInvalid(KafkaListenerOptions options)
    {
        Require(options.MaxConnections > 0, nameof(options.MaxConnections), "at least 1");
        Require(options.MaxConnectionsPerIp > 0, nameof(options.MaxConnectionsPerIp), "at least 1");
        Require(options.MaxRequestBytes >= 1024, nameof(options.MaxRequestBytes), "at least 1024 bytes");
        Require(options.MaxQueuedBytes >= 1024, nameof(options.MaxQueuedBytes), "at least 1024 bytes");
        Require(options.MaxInFlightRequests > 0, nameof(options.MaxInFlightRequests), "at least 1");
        Require(options.IdleTimeout > TimeSpan.Zero, nameof(options.IdleTimeout), "longer than nothing");
        Require(options.StallTimeout > TimeSpan.Zero, nameof(options.StallTimeout), "longer than nothing");
        Require(options.DrainTimeout >= TimeSpan.Zero, nameof(options.DrainTimeout), "not negative");
        Require(options.Name is not "", nameof(options.Name), "not empty");
        Require(
            options.AuthenticationLifetime is not { } lifetime || lifetime > TimeSpan.Zero,
            nameof(options.AuthenticationLifetime),
            "longer than nothing");
        foreach (string mechanism in options.SaslMechanisms)
        {
            Require(
                Mechanisms.Contains(mechanism),
                nameof(options.SaslMechanisms),
                $"of {string.Join(", ", Mechanisms)}, and '{mechanism}' is not");
        }
    }

    private static void Require(bool isMet, string option, string rule)
    {
        if (!isMet)
            throw new StreamLogException(ErrorCode.InvalidConfig, $"{option} of a Kafka listener must be {rule}.");
    }
}
