using Microsoft.Extensions.Logging;

namespace StreamLog.Broker;

internal sealed partial class PartitionTable
{
    private static partial class Log
    {
        [LoggerMessage(
            4001, LogLevel.Information, "{Partition} of the deleted topic {TopicId} was left on disk. It is removed.")]
        public static partial void RemovesLeftover(ILogger logger, TopicPartition partition, Guid topicId);

        [LoggerMessage(4002, LogLevel.Warning,
            "The directory of {Partition} belongs to topic {TopicId}, which the metadata does not know. It is left " +
            "alone.")]
        public static partial void LeavesForeign(ILogger logger, TopicPartition partition, Guid topicId);

        [LoggerMessage(
            4003, LogLevel.Error, "{Partition} is offline: it cannot be opened. All other partitions work on.")]
        public static partial void OpenedOffline(ILogger logger, TopicPartition partition, Exception exception);

        [LoggerMessage(4005, LogLevel.Warning,
            "{Partition} was deleted, and its files are still there. The next start removes them.")]
        public static partial void CannotDelete(ILogger logger, Exception exception, TopicPartition partition);

        [LoggerMessage(
            4006, LogLevel.Error, "{Partition} could not be created. The next change of metadata tries again.")]
        public static partial void CannotOpen(ILogger logger, Exception exception, TopicPartition partition);
    }
}
