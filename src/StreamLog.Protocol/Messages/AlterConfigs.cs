namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response instead of before it
//   2  flexible

/// <summary>Sets all settings of resources: what is not named goes back to its default.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterConfigs, MessageKind.Request, 0, 2, FlexibleFrom = 2)]
public sealed partial class AlterConfigsRequest : IRequest<AlterConfigsResponse>
{
    /// <summary>Gets or sets the resources.</summary>
    [Field("0+")]
    public List<AlterConfigsResource> Resources { get; set; } = [];

    /// <summary>Gets or sets whether to change nothing and only say what would come of it.</summary>
    [Field("0+")]
    public bool ValidateOnly { get; set; }

    /// <summary>One resource.</summary>
    public sealed partial class AlterConfigsResource
    {
        /// <summary>Gets or sets the kind of resource, as Kafka numbers it.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the resource's name.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets all of its settings.</summary>
        [Field("0+")]
        public List<AlterableConfig> Configs { get; set; } = [];
    }

    /// <summary>One setting.</summary>
    public sealed partial class AlterableConfig
    {
        /// <summary>Gets or sets the setting's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the value, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Value { get; set; } = "";
    }
}

/// <summary>Tells which resources were changed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterConfigs, MessageKind.Response, 0, 2, FlexibleFrom = 2)]
public sealed partial class AlterConfigsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the resources.</summary>
    [Field("0+")]
    public List<AlterConfigsResourceResponse> Responses { get; set; } = [];

    /// <summary>One resource of the answer.</summary>
    public sealed partial class AlterConfigsResourceResponse
    {
        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets the kind of resource, as Kafka numbers it.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the resource's name.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";
    }
}
