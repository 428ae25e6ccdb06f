using System.Net;
using Microsoft.Extensions.Logging;

namespace StreamLog.Kafka;

public sealed partial class KafkaListener
{
    private static partial class Log
    {
        [LoggerMessage(10001, LogLevel.Information,
            "Node {NodeId} takes Kafka clients on {Bound}; they are told {Endpoint}.")]
        public static partial void Started(ILogger logger, int nodeId, EndPoint bound, ListenerEndpoint endpoint);

        [LoggerMessage(10002, LogLevel.Information, "The listener {Endpoint} has stopped.")]
        public static partial void Stopped(ILogger logger, ListenerEndpoint endpoint);

        [LoggerMessage(10003, LogLevel.Warning, "A connection could not be taken. The listener goes on.")]
        public static partial void AcceptFailed(ILogger logger, Exception exception);

        [LoggerMessage(10004, LogLevel.Warning,
            "A connection from {Client} was refused: {Count} are open. MaxConnections and MaxConnectionsPerIp say " +
            "how many may be.")]
        public static partial void Refused(ILogger logger, IPAddress client, int count);

        [LoggerMessage(10005, LogLevel.Warning,
            "{Count} connections were closed before their requests were answered. DrainTimeout says how long a " +
            "stopping listener waits.")]
        public static partial void Cut(ILogger logger, int count);

        [LoggerMessage(10006, LogLevel.Debug,
            "A connection from {Client} is closed in {Time}: the quota connection_creation_rate of its address is " +
            "used up.")]
        public static partial void Held(ILogger logger, IPAddress client, TimeSpan time);
    }
}
