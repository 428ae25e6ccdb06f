using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Sharing;

internal sealed partial class ShareMembership
{
    private static partial class Log
    {
        [LoggerMessage(
            5401,
            LogLevel.Information,
            "A consumer of the queue of group {Group} on topic {Topic} was put out with {Error}. It joins again.")]
        public static partial void JoinsAgain(ILogger logger, string group, string topic, ErrorCode error);

        [LoggerMessage(
            5402,
            LogLevel.Error,
            "A consumer of the queue of group {Group} on topic {Topic} cannot stay in the group. Its reader is told.")]
        public static partial void Ended(ILogger logger, Exception exception, string group, string topic);

        [LoggerMessage(
            5403,
            LogLevel.Warning,
            "A consumer of the queue of group {Group} on topic {Topic} cannot leave the group, which waits for it "
            + "for a while.")]
        public static partial void CannotLeave(ILogger logger, Exception exception, string group, string topic);
    }
}
