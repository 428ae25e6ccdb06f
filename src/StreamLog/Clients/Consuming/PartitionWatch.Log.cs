using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Consuming;

internal sealed partial class PartitionWatch
{
    private static partial class Log
    {
        [LoggerMessage(
            5105,
            LogLevel.Information,
            "Topic {Topic} has grown from {Before} to {Now} partitions, and all are read.")]
        public static partial void Grown(ILogger logger, string topic, int before, int now);

        [LoggerMessage(5106, LogLevel.Debug, "Topic {Topic} could not be looked at again.")]
        public static partial void NoMetadata(ILogger logger, Exception exception, string topic);
    }
}
