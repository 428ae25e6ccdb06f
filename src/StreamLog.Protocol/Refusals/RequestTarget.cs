namespace StreamLog.Protocol.Refusals;

/// <summary>One thing that a request names, and that it can be refused for while the rest is done.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public readonly record struct RequestTarget
{
    private RequestTarget(RequestTargetKind kind, string name, Guid topicId, int partition, sbyte resourceType)
    {
        Kind = kind;
        Name = name;
        TopicId = topicId;
        Partition = partition;
        ResourceType = resourceType;
    }

    /// <summary>Gets what is named.</summary>
    public RequestTargetKind Kind { get; }

    /// <summary>Gets the name, of the topic for a partition; nothing where a topic is named by its id alone.</summary>
    public string Name { get; }

    /// <summary>Gets the topic's id, or the empty one where a topic is named by its name alone.</summary>
    public Guid TopicId { get; }

    /// <summary>Gets the partition's number, or -1.</summary>
    public int Partition { get; }

    /// <summary>Gets the type of a resource as Kafka numbers them in requests, or 0.</summary>
    public sbyte ResourceType { get; }

    /// <summary>Names a topic as a whole.</summary>
    /// <param name="name">Its name, or nothing where its id names it.</param>
    /// <param name="topicId">Its id, where it is known.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfTopic(string? name, Guid topicId = default) =>
        new(RequestTargetKind.Topic, name ?? "", topicId, -1, 0);

    /// <summary>Names a partition.</summary>
    /// <param name="topic">The topic's name, or nothing where its id names it.</param>
    /// <param name="topicId">The topic's id, where it is known.</param>
    /// <param name="partition">The partition's number.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfPartition(string? topic, Guid topicId, int partition) =>
        new(RequestTargetKind.Partition, topic ?? "", topicId, partition, 0);

    /// <summary>Names a group.</summary>
    /// <param name="groupId">Its id.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfGroup(string? groupId) =>
        new(RequestTargetKind.Group, groupId ?? "", Guid.Empty, -1, 0);

    /// <summary>Names a transactional id.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfTransactionalId(string? transactionalId) =>
        new(RequestTargetKind.TransactionalId, transactionalId ?? "", Guid.Empty, -1, 0);

    /// <summary>Names a resource with settings.</summary>
    /// <param name="type">Its type, as Kafka numbers them in requests.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfConfigResource(sbyte type, string? name) =>
        new(RequestTargetKind.ConfigResource, name ?? "", Guid.Empty, -1, type);

    /// <summary>Names a user.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The target.</returns>
    public static RequestTarget OfUser(string? name) =>
        new(RequestTargetKind.User, name ?? "", Guid.Empty, -1, 0);
}
