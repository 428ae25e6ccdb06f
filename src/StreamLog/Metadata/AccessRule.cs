using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>One rule of access: who may, or may not, do what with what, and from where. Immutable.</summary>
/// <param name="ResourceType">The kind of resource.</param>
/// <param name="ResourceName">Its name, the beginning of it, or *.</param>
/// <param name="PatternType">How the name is meant.</param>
/// <param name="Principal">Who, as <c>Type:Name</c>, or <c>User:*</c>.</param>
/// <param name="Host">The address of the client, or *.</param>
/// <param name="Operation">What.</param>
/// <param name="Permission">Whether it is forbidden or permitted.</param>
internal sealed record AccessRule(
    AclResourceType ResourceType,
    string ResourceName,
    AclPatternType PatternType,
    string Principal,
    string Host,
    AclOperation Operation,
    AclPermission Permission)
{
    /// <summary>What stands for every name and every host.</summary>
    public const string Wildcard = "*";

    /// <summary>The principal that stands for everybody.</summary>
    public const string Everybody = "User:*";

    /// <summary>The name of the one resource of the kind cluster.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>Reads a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The rule.</returns>
    public static AccessRule Of(AccessControlEntryRecord record) => new(
        (AclResourceType)record.ResourceType,
        record.ResourceName,
        (AclPatternType)record.PatternType,
        record.Principal,
        record.Host,
        (AclOperation)record.Operation,
        (AclPermission)record.PermissionType);

    /// <summary>Makes the record of the rule.</summary>
    /// <param name="id">The rule's id.</param>
    /// <returns>The record.</returns>
    public AccessControlEntryRecord ToRecord(Guid id) => new()
    {
        Id = id,
        ResourceType = (sbyte)ResourceType,
        ResourceName = ResourceName,
        PatternType = (sbyte)PatternType,
        Principal = Principal,
        Host = Host,
        Operation = (sbyte)Operation,
        PermissionType = (sbyte)Permission,
    };
}
