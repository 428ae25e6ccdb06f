namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  flexible

/// <summary>Changes single configurations and leaves the rest alone.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.IncrementalAlterConfigs, MessageKind.Request, 0, 1, FlexibleFrom = 1)]
public sealed partial class IncrementalAlterConfigsRequest : IRequest<IncrementalAlterConfigsResponse>
{
    /// <summary>Gets or sets the resources.</summary>
    [Field("0+")]
    public List<AlterConfigsResource> Resources { get; set; } = [];

    /// <summary>Gets or sets whether to check the request only, and change nothing.</summary>
    [Field("0+")]
    public bool ValidateOnly { get; set; }

    /// <summary>One resource to change.</summary>
    public sealed partial class AlterConfigsResource
    {
        /// <summary>Gets or sets the kind of the resource, as the protocol numbers it.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the name of the resource.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets the configurations.</summary>
        [Field("0+")]
        public List<AlterableConfig> Configs { get; set; } = [];
    }

    /// <summary>One configuration to change.</summary>
    public sealed partial class AlterableConfig
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets 0 to set, 1 to delete, 2 to append, 3 to subtract.</summary>
        [Field("0+")]
        public sbyte ConfigOperation { get; set; }

        /// <summary>Gets or sets the value, or null where there is none.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Value { get; set; } = "";
    }
}

/// <summary>Tells what became of the configurations.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.IncrementalAlterConfigs, MessageKind.Response, 0, 1, FlexibleFrom = 1)]
public sealed partial class IncrementalAlterConfigsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each item of the request.</summary>
    [Field("0+")]
    public List<AlterConfigsResourceResponse> Responses { get; set; } = [];

    /// <summary>What became of one resource.</summary>
    public sealed partial class AlterConfigsResourceResponse
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets the kind of the resource, as the protocol numbers it.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the name of the resource.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";
    }
}
