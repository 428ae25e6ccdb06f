using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Consuming;

internal sealed partial class GroupCommits
{
    private static partial class Log
    {
        [LoggerMessage(
            5201,
            LogLevel.Warning,
            "The offsets of group {Group} could not be committed, and will be later.")]
        public static partial void CommitsLater(ILogger logger, Exception exception, string group);

        [LoggerMessage(
            5202,
            LogLevel.Error,
            "The offsets of group {Group} cannot be committed. Its reading ends.")]
        public static partial void CannotCommit(ILogger logger, Exception exception, string group);

        [LoggerMessage(
            5203,
            LogLevel.Warning,
            "Offsets were not committed: group {Group} went on without this member. Their records are read again.")]
        public static partial void NotCommitted(ILogger logger, Exception exception, string group);
    }
}
