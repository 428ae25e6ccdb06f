using Microsoft.Extensions.Logging;

namespace StreamLog;

public sealed partial class StreamLogNode
{
    private static partial class Log
    {
        [LoggerMessage(9001, LogLevel.Information,
            "StreamLog node {NodeId} has started. Its data is in {DataDirectory}, durability is {Durability} " +
            "(clean shutdown before: {WasCleanShutdown}).")]
        public static partial void Started(
            ILogger logger, int nodeId, string dataDirectory, Durability durability, bool wasCleanShutdown);

        [LoggerMessage(9002, LogLevel.Information,
            "StreamLog node {NodeId} has started in memory, with at most {MemoryLimit} bytes. " +
            "Its data is gone when it stops.")]
        public static partial void StartedInMemory(ILogger logger, int nodeId, long memoryLimit);

        [LoggerMessage(9003, LogLevel.Debug, "StreamLog node {NodeId} is stopping.")]
        public static partial void Stopping(ILogger logger, int nodeId);

        [LoggerMessage(9004, LogLevel.Information, "StreamLog node {NodeId} has stopped, and everything is on disk.")]
        public static partial void Stopped(ILogger logger, int nodeId);

        [LoggerMessage(9005, LogLevel.Warning,
            "StreamLog node {NodeId} stopped before its producers were done. What was not acknowledged may be " +
            "missing. Flush them first, or raise StreamLog:ShutdownTimeout and the host's shutdown timeout.")]
        public static partial void StoppedInHaste(ILogger logger, int nodeId);
    }
}
