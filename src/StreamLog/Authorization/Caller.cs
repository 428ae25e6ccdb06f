using StreamLog.Metadata;
using StreamLog.Protocol;

namespace StreamLog.Authorization;

/// <summary>Who sends a request, and what it may do. For one request.</summary>
/// <param name="Authorizer">Who decides.</param>
/// <param name="Context">The caller.</param>
/// <param name="CreatesTopics">Whether the node creates topics that are named and not there.</param>
internal readonly record struct Caller(Authorizer Authorizer, RequestContext Context, bool CreatesTopics)
{
    /// <summary>Tells whether the caller may do something that it asks for.</summary>
    /// <param name="operation">What.</param>
    /// <param name="type">The kind of resource.</param>
    /// <param name="name">The resource.</param>
    /// <returns>Whether it may.</returns>
    public bool May(AclOperation operation, AclResourceType type, string name) =>
        Authorizer.Permits(Context, operation, type, name);

    /// <summary>Tells whether the caller may do something that it does not ask for by name.</summary>
    /// <param name="operation">What.</param>
    /// <param name="type">The kind of resource.</param>
    /// <param name="name">The resource.</param>
    /// <returns>Whether it may.</returns>
    public bool Could(AclOperation operation, AclResourceType type, string name) =>
        Authorizer.Permits(Context, operation, type, name, isAsked: false);

    /// <summary>Tells whether the caller may do something with the cluster.</summary>
    /// <param name="operation">What.</param>
    /// <returns><see cref="ErrorCode.None"/>, or how it is refused.</returns>
    public ErrorCode Cluster(AclOperation operation) =>
        May(operation, AclResourceType.Cluster, AccessRule.ClusterName)
            ? ErrorCode.None
            : ErrorCode.ClusterAuthorizationFailed;

    /// <summary>Lists what the caller may do with a resource.</summary>
    /// <param name="type">The kind of resource.</param>
    /// <param name="name">The resource.</param>
    /// <returns>A bit for each operation.</returns>
    public int OperationsOn(AclResourceType type, string name)
    {
        int bits = 0;
        foreach (AclOperation operation in AclOperations.Of(type))
        {
            if (Could(operation, type, name))
                bits |= AclOperations.Bit(operation);
        }

        return bits;
    }

    /// <summary>Returns a topic's name.</summary>
    /// <param name="name">The name, or nothing where the id names it.</param>
    /// <param name="topicId">The id, or the empty one.</param>
    /// <returns>The name, or <see langword="null"/> where there is no topic of that id.</returns>
    public string? TopicName(string? name, Guid topicId) =>
        topicId == Guid.Empty ? name ?? "" : Authorizer.Image.FindTopic(topicId)?.Name;
}
