using Microsoft.Extensions.Logging;

namespace StreamLog.Quorum;

internal sealed partial class SingleVoterQuorum
{
    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Information, "This node is the controller in epoch {Epoch}.")]
        public static partial void Leads(ILogger logger, int epoch);

        [LoggerMessage(2102, LogLevel.Warning,
            "The file quorum-state cannot be read. This node is the only voter, so it goes on from epoch {Epoch} " +
            "of the log.")]
        public static partial void QuorumStateUnreadable(ILogger logger, int epoch);

        [LoggerMessage(2103, LogLevel.Critical, "The metadata log has failed. The whole data directory goes offline.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
