using Microsoft.Extensions.Logging;

namespace StreamLog.Groups;

internal sealed partial class OffsetsTopic
{
    private static partial class Log
    {
        [LoggerMessage(
            3001, LogLevel.Error, "The committed offsets in {Partition} cannot be read. Its groups cannot go on.")]
        public static partial void CannotLoad(ILogger logger, Exception exception, TopicPartition partition);

        [LoggerMessage(
            3002, LogLevel.Error, "What was due for a group in {Partition} failed. Its groups are loaded anew.")]
        public static partial void DueFailed(ILogger logger, Exception exception, TopicPartition partition);
    }
}
