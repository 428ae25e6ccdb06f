using Microsoft.Extensions.Logging;

namespace StreamLog.Clients;

internal sealed partial class GroupConsumer<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5204,
            LogLevel.Error,
            "The rebalance listener of a member of group {Group} failed. Its reader is told; the partitions move all "
            + "the same.")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, string group);
    }
}
