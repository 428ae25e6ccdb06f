namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>Asks which SCRAM credentials users have.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeUserScramCredentials, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeUserScramCredentialsRequest : IRequest<DescribeUserScramCredentialsResponse>
{
    /// <summary>Gets or sets the users, or null for all.</summary>
    [Field("0+", NullableFrom = 0)]
    public List<UserName>? Users { get; set; } = [];

    /// <summary>One user asked about.</summary>
    public sealed partial class UserName
    {
        /// <summary>Gets or sets the user's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";
    }
}

/// <summary>Tells which SCRAM credentials users have, and none of their secrets.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DescribeUserScramCredentials, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class DescribeUserScramCredentialsResponse : IThrottledResponse
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

    /// <summary>Gets or sets one result for each user.</summary>
    [Field("0+")]
    public List<DescribeUserScramCredentialsResult> Results { get; set; } = [];

    /// <summary>What there is of one user.</summary>
    public sealed partial class DescribeUserScramCredentialsResult
    {
        /// <summary>Gets or sets the user's name.</summary>
        [Field("0+")]
        public string User { get; set; } = "";

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; } = "";

        /// <summary>Gets or sets what there is of the user.</summary>
        [Field("0+")]
        public List<CredentialInfo> CredentialInfos { get; set; } = [];
    }

    /// <summary>One credential.</summary>
    public sealed partial class CredentialInfo
    {
        /// <summary>Gets or sets the mechanism: 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.</summary>
        [Field("0+")]
        public sbyte Mechanism { get; set; }

        /// <summary>Gets or sets how often the password was hashed.</summary>
        [Field("0+")]
        public int Iterations { get; set; }
    }
}
