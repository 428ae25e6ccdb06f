using Microsoft.Extensions.Logging;
using StreamLog.Kafka;

namespace StreamLog.Testing;

/// <summary>How a fake Kafka is set up.</summary>
/// <remarks>Read once when it starts. Not thread-safe.</remarks>
public sealed class FakeKafkaOptions
{
    /// <summary>Gets or sets how many brokers there are. Their ids are 1, 2, 3 and so on.</summary>
    /// <value>The default is 1.</value>
    public int BrokerCount { get; set; } = 1;

    /// <summary>Gets the racks of the brokers, the first one's first. A broker without one here has none.</summary>
    /// <value>The default is none.</value>
    public IList<string> Racks { get; } = [];

    /// <summary>Gets or sets how many partitions a topic gets for which none is given. Kafka calls it
    /// <c>num.partitions</c>.</summary>
    /// <value>The default is 1.</value>
    public int DefaultPartitions { get; set; } = 1;

    /// <summary>Gets or sets whether a topic is created when a client first asks for it. Kafka calls it
    /// <c>auto.create.topics.enable</c>.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>Gets or sets the clock of sessions, timeouts, transactions, retention and timestamps.</summary>
    /// <value>The default is the system's. With one that stands still until the test moves it nothing expires by
    /// itself. Requests that came over a socket and wait for records, and what faults delay of them, go by the system's
    /// clock all the same: the client at the other end does.</value>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets whether the brokers listen at sockets of this machine, on ports of the system's
    /// choice or on <see cref="Ports"/>.</summary>
    /// <value>The default is <see langword="true"/>. Clients in this process need none.</value>
    public bool Listens { get; set; } = true;

    /// <summary>Gets the ports of the brokers, the first one's first. For a broker without one here, and for those that
    /// are added later, the system chooses.</summary>
    /// <value>The default is none. Ports of the system's choice are never taken; one that is given may be, and the fake
    /// does not start then.</value>
    public IList<int> Ports { get; } = [];

    /// <summary>Gets or sets the id of the cluster that clients are told.</summary>
    /// <value>The default is a random one.</value>
    public string? ClusterId { get; set; }

    /// <summary>Gets or sets what sets further options of the brokers' listeners: TLS, SASL, what is done to bytes on
    /// the wire (<see cref="KafkaListenerOptions.Wire"/>).</summary>
    /// <value>The default is nothing. Addresses are the fake's own.</value>
    public Action<KafkaListenerOptions>? Listener { get; set; }

    /// <summary>Gets or sets which versions of the APIs are spoken, to stand for an older Kafka.
    /// <see cref="FakeBroker.Versions"/> changes them for a broker that runs.</summary>
    /// <value>The default is all.</value>
    public KafkaVersions Versions { get; set; } = KafkaVersions.All;

    /// <summary>Gets or sets what faults with a probability draw by.</summary>
    /// <value>The default is 1, so that a run is like the one before.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Gets or sets how many requests are remembered; older ones are forgotten.</summary>
    /// <value>The default is 10,000.</value>
    public int RequestsMax { get; set; } = 10_000;

    /// <summary>Gets or sets where it logs.</summary>
    /// <value>The default is nowhere.</value>
    public ILoggerFactory? Loggers { get; set; }

    /// <summary>Gets or sets what sets further options of the node behind the brokers.</summary>
    /// <value>The default is nothing.</value>
    public Action<StreamLogOptions>? Node { get; set; }
}
