using System.Net.Security;

namespace StreamLog.Kafka;

/// <summary>How a connection to a Kafka cluster is set up.</summary>
/// <remarks>Read once when the cluster is connected to. Not thread-safe.</remarks>
public sealed class KafkaClusterOptions
{
    /// <summary>Gets or sets where to begin, as <c>host:port</c>, several with commas between. Kafka calls it
    /// <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; set; } = "";

    /// <summary>Gets or sets how connections are encrypted.</summary>
    /// <value>The default is not at all. <c>new()</c> encrypts, and trusts what the machine trusts;
    /// <see cref="KafkaClusterTls"/> makes them from files.</value>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>Gets or sets by which mechanism to authenticate: <c>PLAIN</c>, <c>SCRAM-SHA-256</c>,
    /// <c>SCRAM-SHA-512</c>. Kafka calls it <c>sasl.mechanism</c>.</summary>
    /// <value>The default is <see langword="null"/>: not at all.</value>
    public string? SaslMechanism { get; set; }

    /// <summary>Gets or sets the user to authenticate as.</summary>
    public string UserName { get; set; } = "";

    /// <summary>Gets or sets the user's password.</summary>
    public string Password { get; set; } = "";

    /// <summary>Gets or sets how long a connection may take until it can be used.</summary>
    /// <value>The default is 10 seconds.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long a broker may take to answer, beyond what a request itself allows it to wait. Then
    /// its connection is closed. For no longer than that, too, a request waits to be sent. Kafka calls it
    /// <c>request.timeout.ms</c>.</summary>
    /// <value>The default is 30 seconds, as Kafka's.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets after how long without use a connection is closed. Kafka calls it
    /// <c>connections.max.idle.ms</c>.</summary>
    /// <value>The default is 9 minutes, one less than brokers wait.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>Gets or sets after how long metadata is asked for anew, though nothing seems to have changed. Kafka
    /// calls it <c>metadata.max.age.ms</c>.</summary>
    /// <value>The default is 5 minutes, as Kafka's.</value>
    public TimeSpan MetadataMaxAge { get; set; } = TimeSpan.FromMinutes(5);

    internal KafkaClusterOptions Copy() => (KafkaClusterOptions)MemberwiseClone();
}
