using Microsoft.Extensions.Logging;

namespace StreamLog.Transactions;

internal sealed partial class TransactionsTopic
{
    private static partial class Log
    {
        [LoggerMessage(
            6001, LogLevel.Error, "The transactions in {Partition} cannot be read. Their producers cannot go on.")]
        public static partial void CannotLoad(ILogger logger, Exception exception, TopicPartition partition);

        [LoggerMessage(
            6002, LogLevel.Error,
            "What was due for a transaction in {Partition} failed. Its transactions are loaded anew.")]
        public static partial void DueFailed(ILogger logger, Exception exception, TopicPartition partition);
    }
}
