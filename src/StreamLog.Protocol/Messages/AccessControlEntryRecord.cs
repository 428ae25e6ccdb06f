namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A rule of access was added.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 18)]
public sealed partial class AccessControlEntryRecord : IMetadataRecord
{
    /// <summary>Gets or sets the id of the rule.</summary>
    [Field("0+")]
    public Guid Id { get; set; }

    /// <summary>Gets or sets the kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token,
    /// 7 user.</summary>
    [Field("0+")]
    public sbyte ResourceType { get; set; }

    /// <summary>Gets or sets the name of the resource, its beginning, or * for all.</summary>
    [Field("0+")]
    public string ResourceName { get; set; } = "";

    /// <summary>Gets or sets how the name is meant: 3 literal, 4 prefixed.</summary>
    [Field("0+")]
    public sbyte PatternType { get; set; }

    /// <summary>Gets or sets the principal, or User:* for all.</summary>
    [Field("0+")]
    public string Principal { get; set; } = "";

    /// <summary>Gets or sets the address of the client, or * for all.</summary>
    [Field("0+")]
    public string Host { get; set; } = "";

    /// <summary>Gets or sets the operation, as Kafka numbers it.</summary>
    [Field("0+")]
    public sbyte Operation { get; set; }

    /// <summary>Gets or sets whether it is permitted: 1 any, 2 deny, 3 allow.</summary>
    [Field("0+")]
    public sbyte PermissionType { get; set; }
}
