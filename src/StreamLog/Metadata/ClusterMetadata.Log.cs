using Microsoft.Extensions.Logging;

namespace StreamLog.Metadata;

internal sealed partial class ClusterMetadata
{
    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning,
            "No snapshot of the metadata could be taken. The log has all that is needed, and the next one is tried " +
            "later.")]
        public static partial void SnapshotFailed(ILogger logger, Exception exception);
    }
}
