using Microsoft.Extensions.Logging;
using StreamLog.Metadata;

namespace StreamLog.Authorization;

internal sealed partial class Authorizer
{
    private static partial class Log
    {
        [LoggerMessage(4110, LogLevel.Debug,
            "{Principal} at {Host} is denied {Operation} on the {ResourceType} {Resource}.")]
        public static partial void Denied(
            ILogger logger,
            string principal,
            string host,
            AclOperation operation,
            AclResourceType resourceType,
            string resource);
    }
}
