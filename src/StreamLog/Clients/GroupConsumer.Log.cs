using Microsoft.Extensions.Logging;

namespace StreamLog.Clients;

internal sealed partial class GroupConsumer<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5201,
            LogLevel.Warning,
            "The offsets of group {Group} on topic {Topic} could not be committed, and will be later.")]
        public static partial void CommitsLater(ILogger logger, Exception exception, string group, string topic);

        [LoggerMessage(
            5202,
            LogLevel.Error,
            "The offsets of group {Group} on topic {Topic} cannot be committed. Its reading ends.")]
        public static partial void CannotCommit(ILogger logger, Exception exception, string group, string topic);
    }
}
