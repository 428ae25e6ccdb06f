namespace StreamLog.Protocol.Messages;

// Versions:
//   1  synonyms; response: source instead of a default flag
//   2  throttled after the response
//   3  response: type and documentation
//   4  flexible

/// <summary>Asks for the configurations of topics, nodes and groups.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeConfigs, MessageKind.Request, 1, 4, FlexibleFrom = 4)]
public sealed partial class DescribeConfigsRequest : IRequest<DescribeConfigsResponse>
{
    /// <summary>Gets or sets the resources.</summary>
    [Field("0+")]
    public List<DescribeConfigsResource> Resources { get; set; } = [];

    /// <summary>Gets or sets whether to tell every place that a value may come from.</summary>
    [Field("1+")]
    public bool IncludeSynonyms { get; set; }

    /// <summary>Gets or sets whether to tell what each configuration means.</summary>
    [Field("3+")]
    public bool IncludeDocumentation { get; set; }

    /// <summary>One resource asked about.</summary>
    public sealed partial class DescribeConfigsResource
    {
        /// <summary>Gets or sets the kind of the resource, as the protocol numbers it.</summary>
        [Field("0+")]
        public sbyte ResourceType { get; set; }

        /// <summary>Gets or sets the name of the resource.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets the configurations asked for, or null for all.</summary>
        [Field("0+", NullableFrom = 0)]
        public List<string>? ConfigurationKeys { get; set; } = [];
    }
}

/// <summary>Tells configurations.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeConfigs, MessageKind.Response, 1, 4, FlexibleFrom = 4)]
public sealed partial class DescribeConfigsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each item of the request.</summary>
    [Field("0+")]
    public List<DescribeConfigsResult> Results { get; set; } = [];

    /// <summary>The configurations of one resource.</summary>
    public sealed partial class DescribeConfigsResult
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

        /// <summary>Gets or sets the configurations.</summary>
        [Field("0+")]
        public List<DescribeConfigsResourceResult> Configs { get; set; } = [];
    }

    /// <summary>One configuration.</summary>
    public sealed partial class DescribeConfigsResourceResult
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the value, or null where there is none.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? Value { get; set; } = "";

        /// <summary>Gets or sets whether the configuration cannot be changed.</summary>
        [Field("0+")]
        public bool ReadOnly { get; set; }

        /// <summary>Gets or sets where the value comes from, as the protocol numbers it.</summary>
        [Field("1+", Ignorable = true)]
        public sbyte ConfigSource { get; set; } = -1;

        /// <summary>Gets or sets whether the value is a secret and therefore not shown.</summary>
        [Field("0+")]
        public bool IsSensitive { get; set; }

        /// <summary>Gets or sets all places that set the value, the strongest first.</summary>
        [Field("1+", Ignorable = true)]
        public List<DescribeConfigsSynonym> Synonyms { get; set; } = [];

        /// <summary>Gets or sets the type of the value, as the protocol numbers it.</summary>
        [Field("3+", Ignorable = true)]
        public sbyte ConfigType { get; set; }

        /// <summary>Gets or sets what the configuration means, or null.</summary>
        [Field("3+", NullableFrom = 3, Ignorable = true)]
        public string? Documentation { get; set; } = "";
    }

    /// <summary>One place that sets a configuration.</summary>
    public sealed partial class DescribeConfigsSynonym
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("1+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the value, or null where there is none.</summary>
        [Field("1+", NullableFrom = 1)]
        public string? Value { get; set; } = "";

        /// <summary>Gets or sets where this value comes from, as the protocol numbers it.</summary>
        [Field("1+")]
        public sbyte Source { get; set; }
    }
}
