using Microsoft.Extensions.Logging;
using StreamLog.Protocol;

namespace StreamLog.Kafka.Listening;

internal sealed partial class KafkaConnection
{
    private static partial class Log
    {
        [LoggerMessage(10011, LogLevel.Debug, "The connection from {Client} has ended: {Reason}")]
        public static partial void Ended(ILogger logger, string client, string reason);

        [LoggerMessage(10012, LogLevel.Error, "The connection from {Client} has failed and is closed.")]
        public static partial void Failed(ILogger logger, Exception exception, string client);

        [LoggerMessage(10013, LogLevel.Error, "{Api} from {Client} has failed.")]
        public static partial void RequestFailed(ILogger logger, Exception exception, ApiKey api, string client);

        [LoggerMessage(10014, LogLevel.Information,
            "The connection from {Client} is closed: nothing has moved on it for {Seconds:F0} s.")]
        public static partial void Idle(ILogger logger, string client, double seconds);

        [LoggerMessage(10018, LogLevel.Warning,
            "The connection from {Client} is closed: it sends a request so slowly that others wait for the memory that "
            + "is held for it.")]
        public static partial void Slow(ILogger logger, string client);
    }
}
