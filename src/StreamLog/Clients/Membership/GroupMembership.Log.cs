using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Membership;

internal sealed partial class GroupMembership
{
    private static partial class Log
    {
        [LoggerMessage(
            5601,
            LogLevel.Warning,
            "The coordinator of group {Group} does not answer. It is asked again in {Seconds} s.")]
        public static partial void NoAnswer(ILogger logger, Exception exception, string group, double seconds);

        [LoggerMessage(
            5602,
            LogLevel.Warning,
            "A member of group {Group} was put out of it, and has lost {Count} partitions. It joins again; what it had "
            + "not committed is read again.")]
        public static partial void Lost(ILogger logger, string group, int count);

        [LoggerMessage(
            5603,
            LogLevel.Warning,
            "Nobody has read from a member of group {Group} for {Seconds} s (MaxPollInterval), so it leaves and others "
            + "get its partitions. It joins again when somebody reads.")]
        public static partial void StoppedReading(ILogger logger, string group, double seconds);

        [LoggerMessage(
            5604,
            LogLevel.Warning,
            "A member of group {Group} cannot find where to begin in {Count} partitions yet. It tries again in "
            + "{Seconds} s.")]
        public static partial void CannotBegin(
            ILogger logger, Exception exception, string group, int count, double seconds);

        [LoggerMessage(
            5605,
            LogLevel.Warning,
            "A member could not tell group {Group} that it leaves. Its partitions stay with it until its session is "
            + "over.")]
        public static partial void CouldNotLeave(ILogger logger, Exception exception, string group);

        [LoggerMessage(
            5606,
            LogLevel.Error,
            "A member of group {Group} cannot go on. Its reader is told.")]
        public static partial void Ended(ILogger logger, Exception exception, string group);
    }
}
