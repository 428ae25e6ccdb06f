using Microsoft.Extensions.Logging;

namespace StreamLog.Kafka.Connecting;

internal sealed partial class BrokerLink
{
    private static partial class Log
    {
        [LoggerMessage(10501, LogLevel.Debug, "Client {ClientId} is connected to broker {Address}.")]
        public static partial void Connected(ILogger logger, BrokerAddress address, string? clientId);

        [LoggerMessage(10502, LogLevel.Warning, "Broker {Address} cannot be used: {Reason}")]
        public static partial void Unreachable(ILogger logger, BrokerAddress address, string reason);
    }
}
