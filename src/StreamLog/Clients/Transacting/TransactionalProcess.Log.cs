using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Transacting;

internal sealed partial class TransactionalProcess<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5711,
            LogLevel.Warning,
            "A transaction of {TransactionalId} over {Count} records of group {Group} was aborted, and is done again.")]
        public static partial void Again(
            ILogger logger, Exception exception, string transactionalId, int count, string group);

        [LoggerMessage(
            5712, LogLevel.Warning, "Whether a transaction of {TransactionalId} is committed is asked again.")]
        public static partial void InDoubt(ILogger logger, Exception exception, string transactionalId);
    }
}
