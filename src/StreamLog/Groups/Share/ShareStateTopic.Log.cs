using Microsoft.Extensions.Logging;

namespace StreamLog.Groups.Share;

internal sealed partial class ShareStateTopic
{
    private static partial class Log
    {
        [LoggerMessage(
            3020,
            LogLevel.Error,
            "The states of share groups in {Partition} cannot be read. Their queues cannot go on.")]
        public static partial void CannotLoad(ILogger logger, Exception exception, TopicPartition partition);

        [LoggerMessage(
            3021,
            LogLevel.Error,
            "What was due for the queues in {Partition} failed. Their states are loaded anew.")]
        public static partial void DueFailed(ILogger logger, Exception exception, TopicPartition partition);
    }
}
