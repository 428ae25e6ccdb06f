using Microsoft.Extensions.Logging;

namespace StreamLog.Kafka.Listening;

internal sealed partial class TlsHandshake
{
    private static partial class Log
    {
        [LoggerMessage(10021, LogLevel.Information, "New connections use the new certificates of {File}.")]
        public static partial void Reloaded(ILogger logger, string file);

        [LoggerMessage(10022, LogLevel.Warning,
            "The certificate in {File} cannot be read; the one that was read before is still used.")]
        public static partial void NotReloaded(ILogger logger, Exception exception, string file);
    }
}
