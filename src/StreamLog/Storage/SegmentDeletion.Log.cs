using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class SegmentDeletion
{
    private static partial class Log
    {
        [LoggerMessage(1061, LogLevel.Warning,
            "The files of a deleted segment in {Directory} from offset {BaseOffset} could not be removed, which " +
            "is tried again later: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string directory, long baseOffset, string reason);
    }
}
