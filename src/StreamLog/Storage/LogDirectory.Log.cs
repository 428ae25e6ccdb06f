using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class LogDirectory
{
    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Information,
            "Opened the data directory {Path} of node {NodeId} in cluster {ClusterId}; stopped in order the last " +
            "time: {WasClean}.")]
        public static partial void Opened(ILogger logger, string path, int nodeId, string clusterId, bool wasClean);

        [LoggerMessage(1051, LogLevel.Information, "Closed the data directory {Path}; in order: {IsClean}.")]
        public static partial void Stopped(ILogger logger, string path, bool isClean);

        [LoggerMessage(1052, LogLevel.Error, "Stopping the data directory {Path} failed; it will be scanned when it " +
            "is opened: {Reason}")]
        public static partial void StopFailed(ILogger logger, Exception error, string path, string reason);

        [LoggerMessage(1053, LogLevel.Warning, "The checkpoints of {Path} were not written, and will be tried " +
            "again: {Reason}")]
        public static partial void CheckpointFailed(ILogger logger, string path, string reason);

        [LoggerMessage(1054, LogLevel.Critical, "The data directory {Path} went offline: {Reason}")]
        public static partial void WentOffline(ILogger logger, string path, string reason);

        [LoggerMessage(1055, LogLevel.Critical, "The regular work on the data directory {Path} failed, and it cannot " +
            "be relied on any more.")]
        public static partial void TickFailed(ILogger logger, Exception error, string path);
    }
}
