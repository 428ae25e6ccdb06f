namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  flexible

/// <summary>Sets and removes quotas of clients.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterClientQuotas, MessageKind.Request, 0, 1, FlexibleFrom = 1)]
public sealed partial class AlterClientQuotasRequest : IRequest<AlterClientQuotasResponse>
{
    /// <summary>Gets or sets whose quotas to change, and how.</summary>
    [Field("0+")]
    public List<EntryData> Entries { get; set; } = [];

    /// <summary>Gets or sets whether to check the changes and not to make them.</summary>
    [Field("0+")]
    public bool ValidateOnly { get; set; }

    /// <summary>The changes for one entity.</summary>
    public sealed partial class EntryData
    {
        /// <summary>Gets or sets whom the quota holds for.</summary>
        [Field("0+")]
        public List<EntityData> Entity { get; set; } = [];

        /// <summary>Gets or sets the changes.</summary>
        [Field("0+")]
        public List<OpData> Ops { get; set; } = [];
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

    /// <summary>One change.</summary>
    public sealed partial class OpData
    {
        /// <summary>Gets or sets the quota's name.</summary>
        [Field("0+")]
        public string Key { get; set; } = "";

        /// <summary>Gets or sets the quota's value.</summary>
        [Field("0+")]
        public double Value { get; set; }

        /// <summary>Gets or sets whether the quota is removed.</summary>
        [Field("0+")]
        public bool Remove { get; set; }
    }
}

/// <summary>Tells what became of the changes.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterClientQuotas, MessageKind.Response, 0, 1, FlexibleFrom = 1)]
public sealed partial class AlterClientQuotasResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each entity.</summary>
    [Field("0+")]
    public List<EntryData> Entries { get; set; } = [];

    /// <summary>What became of one entity.</summary>
    public sealed partial class EntryData
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets whom the quota holds for.</summary>
        [Field("0+")]
        public List<EntityData> Entity { get; set; } = [];
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
}
