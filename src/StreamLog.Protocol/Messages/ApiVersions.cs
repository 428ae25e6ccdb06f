namespace StreamLog.Protocol.Messages;

// Versions:
//   0  error code, API keys with their versions
//   1  response: throttle time
//   2  throttled after the response instead of before it
//   3  flexible; request: the client's software; response: features
//   4  response: a feature may have the minimum level 0
//   The response header is always version 0, because the client does not know yet what the broker speaks.

/// <summary>Asks which APIs and versions the broker speaks.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ApiVersions, MessageKind.Request, 0, 4, FlexibleFrom = 3)]
public sealed partial class ApiVersionsRequest : IRequest<ApiVersionsResponse>, IVersionedRequest
{
    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>Gets or sets the name of the client's library.</summary>
    [Field("3+", Ignorable = true)]
    public string ClientSoftwareName { get; set; } = "";

    /// <summary>Gets or sets the version of the client's library.</summary>
    [Field("3+", Ignorable = true)]
    public string ClientSoftwareVersion { get; set; } = "";
}

/// <summary>Tells which APIs and versions the broker speaks.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.ApiVersions, MessageKind.Response, 0, 4, FlexibleFrom = 3)]
public sealed partial class ApiVersionsResponse : IThrottledResponse
{
    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the APIs that the broker speaks, with their versions.</summary>
    [Field("0+")]
    public List<ApiVersion> ApiKeys { get; set; } = [];

    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets the features that the broker supports, with their levels.</summary>
    [Field("3+", Tag = 0, Ignorable = true)]
    public List<SupportedFeatureKey> SupportedFeatures { get; set; } = [];

    /// <summary>Gets or sets the epoch of the finalized features, or -1 where it is not known.</summary>
    [Field("3+", Tag = 1, Ignorable = true)]
    public long FinalizedFeaturesEpoch { get; set; } = -1;

    /// <summary>Gets or sets the features that the whole cluster has turned on, with their levels.</summary>
    [Field("3+", Tag = 2, Ignorable = true)]
    public List<FinalizedFeatureKey> FinalizedFeatures { get; set; } = [];

    /// <summary>Gets or sets whether the controllers are ready for a migration from ZooKeeper.</summary>
    [Field("3+", Tag = 3, Ignorable = true)]
    public bool ZkMigrationReady { get; set; }

    /// <summary>One API and its versions.</summary>
    public sealed partial class ApiVersion
    {
        /// <summary>Gets or sets the API.</summary>
        [Field("0+")]
        public ApiKey ApiKey { get; set; }

        /// <summary>Gets or sets the lowest version supported.</summary>
        [Field("0+")]
        public short MinVersion { get; set; }

        /// <summary>Gets or sets the highest version supported.</summary>
        [Field("0+")]
        public short MaxVersion { get; set; }
    }

    /// <summary>One feature that the broker supports.</summary>
    public sealed partial class SupportedFeatureKey
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("3+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the lowest version supported.</summary>
        [Field("3+")]
        public short MinVersion { get; set; }

        /// <summary>Gets or sets the highest version supported.</summary>
        [Field("3+")]
        public short MaxVersion { get; set; }
    }

    /// <summary>One feature that the cluster has turned on.</summary>
    public sealed partial class FinalizedFeatureKey
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("3+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the highest level that is turned on.</summary>
        [Field("3+")]
        public short MaxVersionLevel { get; set; }

        /// <summary>Gets or sets the lowest level that is turned on.</summary>
        [Field("3+")]
        public short MinVersionLevel { get; set; }
    }
}
