using Microsoft.Extensions.Logging;

namespace StreamLog.Kafka.Connecting;

/// <summary>What all connections to a cluster share.</summary>
/// <param name="Options">How to connect. Not changed any more.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where to log.</param>
/// <param name="Lost">Hears of brokers that have ended a connection: not all requests get an answer that could tell
/// what is wrong.</param>
/// <param name="Closing">Set when the cluster is no longer used.</param>
internal sealed record ClusterParts(
    KafkaClusterOptions Options,
    TimeProvider Time,
    ILogger Logger,
    Action<BrokerAddress> Lost,
    CancellationToken Closing);
