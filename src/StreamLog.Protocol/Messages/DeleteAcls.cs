namespace StreamLog.Protocol.Messages;

// Versions:
//   1  pattern type
//   2  flexible
//   3  resources of the kind user

/// <summary>Removes rules of access.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteAcls, MessageKind.Request, 1, 3, FlexibleFrom = 2)]
public sealed partial class DeleteAclsRequest : IRequest<DeleteAclsResponse>
{
    /// <summary>Gets or sets which rules to remove.</summary>
    [Field("0+")]
    public List<DeleteAclsFilter> Filters { get; set; } = [];

    /// <summary>Which rules to remove.</summary>
    public sealed partial class DeleteAclsFilter
    {
        /// <summary>Gets or sets the kind of resource: 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 7
        /// user.</summary>
        [Field("0+")]
        public sbyte ResourceTypeFilter { get; set; }

        /// <summary>Gets or sets the name of the resource, or null for any.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ResourceNameFilter { get; set; } = "";

        /// <summary>Gets or sets how the names of rules are meant: 1 any, 2 all that match the name, 3 literal, 4
        /// prefixed.</summary>
        [Field("0+")]
        public sbyte PatternTypeFilter { get; set; } = 3;

        /// <summary>Gets or sets the principal, or null for any.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? PrincipalFilter { get; set; } = "";

        /// <summary>Gets or sets the host, or null for any.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? HostFilter { get; set; } = "";

        /// <summary>Gets or sets the operation, as Kafka numbers it.</summary>
        [Field("0+")]
        public sbyte Operation { get; set; }

        /// <summary>Gets or sets whether it is permitted: 1 any, 2 deny, 3 allow.</summary>
        [Field("0+")]
        public sbyte PermissionType { get; set; }
    }
}

/// <summary>Tells which rules were removed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteAcls, MessageKind.Response, 1, 3, FlexibleFrom = 2)]
public sealed partial class DeleteAclsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each filter, in their order.</summary>
    [Field("0+")]
    public List<DeleteAclsFilterResult> FilterResults { get; set; } = [];

    /// <summary>What one filter has removed.</summary>
    public sealed partial class DeleteAclsFilterResult
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets the rules that the filter fits.</summary>
        [Field("0+")]
        public List<DeleteAclsMatchingAcl> MatchingAcls { get; set; } = [];
    }

    /// <summary>One rule that was removed.</summary>
    public sealed partial class DeleteAclsMatchingAcl
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets the kind of resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation
        /// token, 7 user.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the name of the resource, its beginning, or * for all.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets how the name is meant: 3 literal, 4 prefixed.</summary>
        [Field("0+")]
        public sbyte PatternType { get; set; } = 3;

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
