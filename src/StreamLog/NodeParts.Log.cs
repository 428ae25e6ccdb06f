using Microsoft.Extensions.Logging;

namespace StreamLog;

internal sealed partial class NodeParts
{
    private static partial class Log
    {
        [LoggerMessage(9010, LogLevel.Critical,
            "The disk of {Path} has not answered for {Seconds} seconds, and the node stops without it. The directory " +
            "stays locked until the disk answers or the process ends, and is scanned when it is opened next.")]
        public static partial void DiskHangs(ILogger logger, string path, double seconds);
    }
}
