using Microsoft.Extensions.Logging;

namespace StreamLog.Transactions;

internal sealed partial class TransactionMarks
{
    private static partial class Log
    {
        [LoggerMessage(
            6003, LogLevel.Warning,
            "The transaction of {TransactionalId} cannot be ended in {Partition}: {Error}. It is tried again.")]
        public static partial void CannotMark(
            ILogger logger, string transactionalId, TopicPartition partition, ErrorCode error);

        [LoggerMessage(
            6004, LogLevel.Error,
            "Ending the transaction of {TransactionalId} failed. It goes on when the node starts again.")]
        public static partial void Failed(ILogger logger, Exception exception, string transactionalId);
    }
}
