using Microsoft.Extensions.Logging;

namespace StreamLog.Authentication;

internal sealed partial class SaslServer
{
    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Warning, "The client at {Host} was not let in: {Reason}")]
        public static partial void Refused(ILogger logger, string host, string reason);
    }
}
