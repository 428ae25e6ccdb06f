using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class MaintenanceLoop
{
    private static partial class Log
    {
        [LoggerMessage(1060, LogLevel.Error, "A turn of {Name} failed, and is tried again in {Interval}.")]
        public static partial void TurnFailed(ILogger logger, Exception exception, string name, TimeSpan interval);
    }
}
