using StreamLog.Metadata;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Authorization;

/// <summary>How things are refused to callers who may not. Stateless.</summary>
internal static class AccessErrors
{
    /// <summary>Judges a topic, or a partition of one.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">What it wants to do.</param>
    /// <param name="target">The topic.</param>
    /// <returns>How it is refused, or <see cref="ErrorCode.None"/>.</returns>
    public static ErrorCode Topic(Caller caller, AclOperation operation, RequestTarget target)
    {
        // An id is no secret: where there is no such topic, the engine says so.
        string? name = caller.TopicName(target.Name, target.TopicId);
        return name is null || caller.May(operation, AclResourceType.Topic, name)
            ? ErrorCode.None
            : ErrorCode.TopicAuthorizationFailed;
    }

    /// <summary>Judges something that has settings.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="operation">What it wants to do.</param>
    /// <param name="target">The thing.</param>
    /// <returns>How it is refused, or <see cref="ErrorCode.None"/>.</returns>
    public static ErrorCode Configs(Caller caller, AclOperation operation, RequestTarget target) =>
        (ConfigResourceType)target.ResourceType switch
        {
            ConfigResourceType.Topic => caller.May(operation, AclResourceType.Topic, target.Name)
                ? ErrorCode.None
                : ErrorCode.TopicAuthorizationFailed,
            ConfigResourceType.Group => caller.May(operation, AclResourceType.Group, target.Name)
                ? ErrorCode.None
                : ErrorCode.GroupAuthorizationFailed,
            _ => caller.Cluster(operation),
        };

    /// <summary>Says an error in words, for the APIs that have a place for them.</summary>
    /// <param name="error">The error.</param>
    /// <returns>Kafka's words.</returns>
    public static string? Say(ErrorCode error) => error switch
    {
        ErrorCode.TopicAuthorizationFailed => "Topic authorization failed.",
        ErrorCode.GroupAuthorizationFailed => "Group authorization failed.",
        ErrorCode.ClusterAuthorizationFailed => "Cluster authorization failed.",
        ErrorCode.TransactionalIdAuthorizationFailed => "Transactional Id authorization failed.",
        _ => null,
    };
}
