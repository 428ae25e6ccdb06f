using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogActivation
{
    private static partial class Log
    {
        [LoggerMessage(1042, LogLevel.Error,
            "Partition {Partition} cannot be appended to: {Reason} It is told once, and tried again whenever " +
            "somebody wants to append; what can be read is served.")]
        public static partial void NotReady(ILogger logger, TopicPartition partition, string reason);
    }
}
