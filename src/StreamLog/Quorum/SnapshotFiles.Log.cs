using Microsoft.Extensions.Logging;

namespace StreamLog.Quorum;

internal sealed partial class SnapshotFiles
{
    private static partial class Log
    {
        [LoggerMessage(2111, LogLevel.Information, "Snapshot {Path} of the metadata was written: {Bytes} bytes.")]
        public static partial void Written(ILogger logger, string path, long bytes);

        [LoggerMessage(2112, LogLevel.Error,
            "Snapshot {Path} of the metadata cannot be used: {Fault}. The node goes on from an older one, if there " +
            "is one. Check the disk.")]
        public static partial void Damaged(ILogger logger, string path, string fault);
    }
}
