namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  flexible

/// <summary>Asks which quotas clients have.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeClientQuotas, MessageKind.Request, 0, 1, FlexibleFrom = 1)]
public sealed partial class DescribeClientQuotasRequest : IRequest<DescribeClientQuotasResponse>
{
    /// <summary>Gets or sets what the entities must have.</summary>
    [Field("0+")]
    public List<ComponentData> Components { get; set; } = [];

    /// <summary>Gets or sets whether entities that have more than what is asked for are left out.</summary>
    [Field("0+")]
    public bool Strict { get; set; }

    /// <summary>What one name of the entity must be.</summary>
    public sealed partial class ComponentData
    {
        /// <summary>Gets or sets the kind of name: user, client-id or ip.</summary>
        [Field("0+")]
        public string EntityType { get; set; } = "";

        /// <summary>Gets or sets how to match: 0 the name, 1 the default, 2 any that is named.</summary>
        [Field("0+")]
        public sbyte MatchType { get; set; }

        /// <summary>Gets or sets the name to match, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Match { get; set; } = "";
    }
}

/// <summary>Tells which quotas clients have.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeClientQuotas, MessageKind.Response, 0, 1, FlexibleFrom = 1)]
public sealed partial class DescribeClientQuotasResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong, in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; } = "";

    /// <summary>Gets or sets the entities with their quotas, or null where the request was refused.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<EntryData>? Entries { get; set; } = [];

    /// <summary>One entity with its quotas.</summary>
    public sealed partial class EntryData
    {
        /// <summary>Gets or sets whom the quota holds for.</summary>
        [Field("0+")]
        public List<EntityData> Entity { get; set; } = [];

        /// <summary>Gets or sets the quotas.</summary>
        [Field("0+")]
        public List<ValueData> Values { get; set; } = [];
    }

    /// <summary>One name of an entity.</summary>
    public sealed partial class EntityData
    {
        /// <summary>Gets or sets the kind of name: user, client-id or ip.</summary>
        [Field("0+")]
        public string EntityType { get; set; } = "";

        /// <summary>Gets or sets the name, or null for all that have no rule of their own.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? EntityName { get; set; } = "";
    }

    /// <summary>One quota.</summary>
    public sealed partial class ValueData
    {
        /// <summary>Gets or sets the quota's name.</summary>
        [Field("0+")]
        public string Key { get; set; } = "";

        /// <summary>Gets or sets the quota's value.</summary>
        [Field("0+")]
        public double Value { get; set; }
    }
}
