using Microsoft.Extensions.Logging;

namespace StreamLog.Threading;

internal sealed partial class WorkLoop<TWork>
{
    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Error, "A turn of the work loop {Loop} failed. {Count} were its work.")]
        public static partial void TurnFailed(ILogger logger, Exception exception, string loop, int count);
    }
}
