using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Handling;

internal sealed partial class PushConsumer<TKey, TValue>
{
    private static partial class Log
    {
        [LoggerMessage(
            5311,
            LogLevel.Error,
            "The handler of group {Group} cannot read topic {Topic}. It begins anew in {Pause} s.")]
        public static partial void ReadingFailed(
            ILogger logger, Exception? exception, string group, string topic, double pause);

        [LoggerMessage(
            5312,
            LogLevel.Error,
            "The handler of group {Group} on topic {Topic} has stopped. Nothing of it is handled until a restart.")]
        public static partial void StoppedByFailure(ILogger logger, Exception exception, string group, string topic);

        [LoggerMessage(
            5313,
            LogLevel.Warning,
            "The handler of group {Group} has not finished its work on {Partition} in time. What it was at work on " +
            "comes again.")]
        public static partial void NotDrained(ILogger logger, string group, TopicPartition partition);

        [LoggerMessage(
            5314,
            LogLevel.Error,
            "The handler of group {Group} cannot read {Partition}. It tries again in {Pause} s; other partitions " +
            "go on.")]
        public static partial void CannotReadPartition(
            ILogger logger, Exception exception, string group, TopicPartition partition, double pause);
    }
}
