namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first, of client metrics alone
//   1  the kinds of resources

/// <summary>Asks which resources have settings.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListConfigResources, MessageKind.Request, 0, 1, FlexibleFrom = 0)]
public sealed partial class ListConfigResourcesRequest : IRequest<ListConfigResourcesResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the kinds of resources, as Kafka numbers them; none asks for all.</summary>
    [Field("1+", Ignorable = true)]
    public List<sbyte> ResourceTypes { get; set; } = [];
}

/// <summary>Tells which resources have settings.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ListConfigResources, MessageKind.Response, 0, 1, FlexibleFrom = 0)]
public sealed partial class ListConfigResourcesResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the resources.</summary>
    [Field("0+")]
    public List<ConfigResource> ConfigResources { get; set; } = [];

    /// <summary>One resource.</summary>
    public sealed partial class ConfigResource
    {
        /// <summary>Gets or sets the resource's name.</summary>
        [Field("0+")]
        public string ResourceName { get; set; } = "";

        /// <summary>Gets or sets the kind of resource, as Kafka numbers it.</summary>
        [Field("1+", Ignorable = true)]
        public sbyte ResourceType { get; set; } = 16;
    }
}
