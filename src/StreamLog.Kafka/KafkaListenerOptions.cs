namespace StreamLog.Kafka;

/// <summary>How a listener for Kafka clients is set up.</summary>
/// <remarks>Read once when the listener starts. Not thread-safe.</remarks>
public sealed class KafkaListenerOptions
{
    /// <summary>Gets or sets where to listen, as <c>host:port</c>. Kafka calls it <c>listeners</c>.</summary>
    /// <value>
    /// The default is <c>127.0.0.1:9092</c>: nobody outside of this machine gets in by leaving a setting out. Port 0
    /// lets the operating system choose; <c>*:9092</c> and <c>0.0.0.0:9092</c> listen on all addresses.
    /// </value>
    public string Address { get; set; } = "127.0.0.1:9092";

    /// <summary>Gets or sets the address that clients are told, as <c>host:port</c>, or as <c>host</c> with the port
    /// that is listened on. Kafka calls it <c>advertised.listeners</c>.</summary>
    /// <value>The default is that of <see cref="Address"/>, and <c>localhost</c> where that is all addresses. A name is
    /// told as it is given.</value>
    public string? AdvertisedAddress { get; set; }

    /// <summary>Gets or sets the listener's name, by which nodes find one another's addresses for its
    /// clients.</summary>
    /// <value>The default is the name of its security protocol, as in Kafka: <c>PLAINTEXT</c>, <c>SSL</c>,
    /// <c>SASL_PLAINTEXT</c> or <c>SASL_SSL</c>.</value>
    public string? Name { get; set; }

    /// <summary>Gets or sets what encrypts connections.</summary>
    /// <value>The default is nothing.</value>
    public KafkaListenerTls? Tls { get; set; }

    /// <summary>Gets the mechanisms by which clients authenticate: <c>PLAIN</c>, <c>SCRAM-SHA-256</c>,
    /// <c>SCRAM-SHA-512</c>. Kafka calls it <c>sasl.enabled.mechanisms</c>.</summary>
    /// <value>The default is none: nobody has to, and everybody is <c>User:ANONYMOUS</c>, or the subject of a TLS
    /// certificate.</value>
    public IList<string> SaslMechanisms { get; } = [];

    /// <summary>Gets or sets how long an authentication holds (KIP-368). Kafka calls it
    /// <c>connections.max.reauth.ms</c>.</summary>
    /// <value>The default is for as long as the connection.</value>
    public TimeSpan? AuthenticationLifetime { get; set; }

    /// <summary>Gets or sets the most connections at a time. One more is closed at once. Kafka calls it
    /// <c>max.connections</c>.</summary>
    /// <value>The default is 10,000.</value>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Gets or sets the most connections at a time from one address. Kafka calls it
    /// <c>max.connections.per.ip</c>.</summary>
    /// <value>The default is no limit but <see cref="MaxConnections"/>.</value>
    public int MaxConnectionsPerIp { get; set; } = int.MaxValue;

    /// <summary>Gets or sets the most bytes of one request. A client that sends more is disconnected before anything is
    /// allocated. Kafka calls it <c>socket.request.max.bytes</c>.</summary>
    /// <value>The default is 100 MiB, as Kafka's.</value>
    public int MaxRequestBytes { get; set; } = 100 * 1024 * 1024;

    /// <summary>Gets or sets how many bytes of requests the listener holds at a time, over all connections. Who sends
    /// more waits. Kafka calls it <c>queued.max.request.bytes</c>.</summary>
    /// <value>The default is 256 MiB.</value>
    /// <remarks>Requests of up to 64 KiB pass larger ones that wait, and may go beyond the limit by a quarter. While
    /// others wait, a connection whose request has been coming for five seconds, and more slowly than at 64 KiB a
    /// second, is closed.</remarks>
    public long MaxQueuedBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Gets or sets how many produce requests of one connection may be under way at a time. Other requests
    /// wait for what came before them, as in Kafka.</summary>
    /// <value>The default is 16.</value>
    public int MaxInFlightRequests { get; set; } = 16;

    /// <summary>Gets or sets after how long a connection is closed on which nothing moves. Kafka calls it
    /// <c>connections.max.idle.ms</c>.</summary>
    /// <value>The default is 10 minutes, as Kafka's.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how long the rest of a request may keep the listener waiting while nothing of it
    /// arrives, and how long a TLS handshake may take.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long a stopping listener waits until what it has taken is done and
    /// answered.</summary>
    /// <value>The default is 5 seconds. Long polls are not waited for.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets what sees, and may spoil, what goes over the wire: for tests.</summary>
    /// <value>The default is nothing.</value>
    public IWireSeam? Wire { get; set; }
}
