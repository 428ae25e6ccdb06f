namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  the kind of change, and whether to only validate it
//   2  response: one result for all

/// <summary>Turns features of the cluster on or off.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.UpdateFeatures, MessageKind.Request, 0, 2, FlexibleFrom = 0)]
public sealed partial class UpdateFeaturesRequest : IRequest<UpdateFeaturesResponse>
{
    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; } = 60_000;

    /// <summary>Gets or sets the features.</summary>
    [Field("0+")]
    public List<FeatureUpdateKey> FeatureUpdates { get; set; } = [];

    /// <summary>Gets or sets whether to change nothing and only say what would come of it.</summary>
    [Field("1+")]
    public bool ValidateOnly { get; set; }

    /// <summary>One feature.</summary>
    public sealed partial class FeatureUpdateKey
    {
        /// <summary>Gets or sets the feature's name.</summary>
        [Field("0+")]
        public string Feature { get; set; } = "";

        /// <summary>Gets or sets the new level, or 0 to turn the feature off.</summary>
        [Field("0+")]
        public short MaxVersionLevel { get; set; }

        /// <summary>Gets or sets whether the level may sink.</summary>
        [Field("0")]
        public bool AllowDowngrade { get; set; }

        /// <summary>Gets or sets 1 to raise the level, 2 to lower it without loss, 3 to lower it all the
        /// same.</summary>
        [Field("1+")]
        public sbyte UpgradeType { get; set; } = 1;
    }
}

/// <summary>Tells which features were changed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.UpdateFeatures, MessageKind.Response, 0, 2, FlexibleFrom = 0)]
public sealed partial class UpdateFeaturesResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets the features.</summary>
    [Field("0-1", Ignorable = true)]
    public List<UpdatableFeatureResult> Results { get; set; } = [];

    /// <summary>One feature of the answer.</summary>
    public sealed partial class UpdatableFeatureResult
    {
        /// <summary>Gets or sets the feature's name.</summary>
        [Field("0+")]
        public string Feature { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
