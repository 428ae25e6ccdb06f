using Microsoft.Extensions.Logging;

namespace StreamLog.Broker;

internal sealed partial class LocalBroker
{
    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Information, "Node {NodeId} is ready, with {Topics} topics in {Directory}.")]
        public static partial void Started(ILogger logger, int nodeId, string directory, int topics);

        [LoggerMessage(4102, LogLevel.Warning,
            "{Requests} requests were still waiting when the shutdown timeout was over. Their outcome is unknown.")]
        public static partial void RequestsLeft(ILogger logger, int requests);
    }
}
