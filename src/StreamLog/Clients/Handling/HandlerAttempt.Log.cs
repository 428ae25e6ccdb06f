using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Handling;

internal sealed partial class HandlerAttempt<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5301,
            LogLevel.Warning,
            "The handler of group {Group} failed on {Position} at attempt {Attempt}. It is tried again in {Pause} ms.")]
        public static partial void TriedAgain(
            ILogger logger, Exception exception, string group, LogPosition position, int attempt, double pause);

        [LoggerMessage(
            5302,
            LogLevel.Warning,
            "The handler of group {Group} failed on a batch of {Count} records from {Position} on. They are tried " +
            "one by one.")]
        public static partial void TriedOneByOne(
            ILogger logger, Exception exception, string group, LogPosition position, int count);

        [LoggerMessage(
            5303,
            LogLevel.Error,
            "The handler of group {Group} failed on {Position} at all of {Attempts} attempts. The record was put " +
            "aside at {DeadLetter}.")]
        public static partial void PutAside(
            ILogger logger, Exception exception, string group, LogPosition position, int attempts,
            LogPosition deadLetter);

        [LoggerMessage(
            5304,
            LogLevel.Error,
            "The record at {Position}, on which the handler of group {Group} failed, cannot be put aside in {Topic}. " +
            "It waits until it can.")]
        public static partial void CannotPutAside(
            ILogger logger, Exception exception, string group, LogPosition position, string topic);

        [LoggerMessage(
            5305,
            LogLevel.Warning,
            "The handler of group {Group} failed on {Position} at all of {Attempts} attempts. The record is skipped.")]
        public static partial void Skipped(
            ILogger logger, Exception exception, string group, LogPosition position, int attempts);

        [LoggerMessage(
            5306,
            LogLevel.Error,
            "The handler of group {Group} failed on {Position} at all of {Attempts} attempts. The record is not " +
            "passed. Mend what is wrong with it and restart, or give the handler a dead-letter topic.")]
        public static partial void Paused(
            ILogger logger, Exception exception, string group, LogPosition position, int attempts);

        [LoggerMessage(
            5307,
            LogLevel.Error,
            "The record at {Position}, on which the handler of group {Group} failed, is too large for {Topic} with " +
            "what is said of it. It is not passed. Raise the topic's max.message.bytes and restart.")]
        public static partial void TooLargeToPutAside(
            ILogger logger, Exception exception, string group, LogPosition position, string topic);
    }
}
