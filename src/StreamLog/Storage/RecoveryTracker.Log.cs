using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

internal sealed partial class RecoveryTracker
{
    private static partial class Log
    {
        [LoggerMessage(1015, LogLevel.Information,
            "Opening {Directory}: {Opened} of {Partitions} partitions, {BytesScanned} of {BytesToScan} bytes " +
            "scanned, {Elapsed} so far.")]
        public static partial void Opening(
            ILogger logger, string directory, int opened, int partitions, long bytesScanned, long bytesToScan,
            TimeSpan elapsed);

        [LoggerMessage(1016, LogLevel.Information,
            "Opened {Directory}: {Opened} of {Partitions} partitions ({Offline} offline), {BytesScanned} bytes " +
            "scanned, in {Elapsed}.")]
        public static partial void Opened(
            ILogger logger, string directory, int opened, int partitions, int offline, long bytesScanned,
            TimeSpan elapsed);

        [LoggerMessage(1017, LogLevel.Warning, "The callback for the progress of a start threw an exception.")]
        public static partial void ProgressFailed(ILogger logger, Exception exception);
    }
}
