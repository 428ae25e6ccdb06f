using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Transacting;

internal sealed partial class TransactionalProducer
{
    private static partial class Log
    {
        [LoggerMessage(5701, LogLevel.Debug, "Producer {TransactionalId} begins, as {ProducerId} with epoch {Epoch}.")]
        public static partial void Began(ILogger logger, string transactionalId, long producerId, short epoch);

        [LoggerMessage(
            5702,
            LogLevel.Error,
            "Producer {TransactionalId} can do nothing any more: another one uses its name, or the broker has aborted "
            + "its transaction.")]
        public static partial void Fenced(ILogger logger, Exception exception, string transactionalId);

        [LoggerMessage(
            5703,
            LogLevel.Warning,
            "A transaction of {TransactionalId} was given up without the broker's word. It is aborted before the next "
            + "one begins, or when its time is over.")]
        public static partial void NotAborted(ILogger logger, Exception exception, string transactionalId);

        [LoggerMessage(
            5704,
            LogLevel.Warning,
            "Producer {TransactionalId} was disposed before the broker has confirmed how its last transaction ended.")]
        public static partial void NotEnded(ILogger logger, Exception exception, string transactionalId);
    }
}
