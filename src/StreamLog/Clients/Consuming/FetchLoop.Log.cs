using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Consuming;

internal sealed partial class FetchLoop
{
    private static partial class Log
    {
        [LoggerMessage(5101, LogLevel.Error, "Fetching has ended with an error, which the reader gets.")]
        public static partial void Ended(ILogger logger, Exception exception);
    }
}
