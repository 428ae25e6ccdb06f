using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Consuming;

internal sealed partial class FetchFailures
{
    private static partial class Log
    {
        [LoggerMessage(
            EventId = 5102,
            Message = "Fetching {Partition} has failed {Times} times in a row and is tried again: {Reason}")]
        public static partial void Retries(
            ILogger logger, LogLevel level, TopicPartition partition, int times, string reason);

        [LoggerMessage(5103, LogLevel.Debug, "Topic {Topic} could not be looked at again.")]
        public static partial void NoMetadata(ILogger logger, Exception exception, string topic);

        [LoggerMessage(
            5104,
            LogLevel.Warning,
            "Partition {Partition} has no offset {Offset} any more, and is read from {NewOffset}, as its reset "
            + "policy {Policy} says.")]
        public static partial void Reset(
            ILogger logger, TopicPartition partition, long offset, long newOffset, OffsetReset policy);
    }
}
