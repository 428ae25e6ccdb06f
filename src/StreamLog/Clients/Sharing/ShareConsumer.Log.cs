using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Sharing;

internal sealed partial class ShareConsumer<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5411,
            LogLevel.Warning,
            "What was said of records of the queue of group {Group} on topic {Topic} does not hold: {Error}. They are "
            + "delivered again.")]
        public static partial void SaidInVain(ILogger logger, string group, string topic, ErrorCode error);

        [LoggerMessage(
            5412,
            LogLevel.Warning,
            "What was said of records of the queue of group {Group} on topic {Topic} cannot be sent.")]
        public static partial void CannotCommit(ILogger logger, Exception exception, string group, string topic);

        [LoggerMessage(
            5413,
            LogLevel.Error,
            "The record at {Position} of the queue of group {Group} cannot become a dead letter. It is delivered "
            + "again.")]
        public static partial void CannotPutAside(
            ILogger logger, Exception exception, string group, LogPosition position);
    }
}
