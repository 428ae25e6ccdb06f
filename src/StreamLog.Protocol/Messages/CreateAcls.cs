namespace StreamLog.Protocol.Messages;

// Versions:
//   1  pattern type
//   2  flexible
//   3  resources of the kind user

/// <summary>Adds rules of access.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreateAcls, MessageKind.Request, 1, 3, FlexibleFrom = 2)]
public sealed partial class CreateAclsRequest : IRequest<CreateAclsResponse>
{
    /// <summary>Gets or sets the rules to add.</summary>
    [Field("0+")]
    public List<AclCreation> Creations { get; set; } = [];

    /// <summary>One rule to add.</summary>
    public sealed partial class AclCreation
    {
        /// <summary>Gets or sets the kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation
        /// token, 7 user.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the name of the resource, its beginning, or * for all.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets how the name is meant: 3 literal, 4 prefixed.</summary>
        [Field("0+")]
        public sbyte ResourcePatternType { get; set; } = 3;

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
}

/// <summary>Tells what became of the rules.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.CreateAcls, MessageKind.Response, 1, 3, FlexibleFrom = 2)]
public sealed partial class CreateAclsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each rule, in their order.</summary>
    [Field("0+")]
    public List<AclCreationResult> Results { get; set; } = [];

    /// <summary>What became of one rule.</summary>
    public sealed partial class AclCreationResult
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";
    }
}
