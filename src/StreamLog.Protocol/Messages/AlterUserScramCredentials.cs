namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>Sets and removes SCRAM credentials.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterUserScramCredentials, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class AlterUserScramCredentialsRequest : IRequest<AlterUserScramCredentialsResponse>
{
    /// <summary>Gets or sets the credentials to remove.</summary>
    [Field("0+")]
    public List<ScramCredentialDeletion> Deletions { get; set; } = [];

    /// <summary>Gets or sets the credentials to set.</summary>
    [Field("0+")]
    public List<ScramCredentialUpsertion> Upsertions { get; set; } = [];

    /// <summary>One credential to remove.</summary>
    public sealed partial class ScramCredentialDeletion
    {
        /// <summary>Gets or sets the user's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the mechanism: 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.</summary>
        [Field("0+")]
        public sbyte Mechanism { get; set; }
    }

    /// <summary>One credential to set.</summary>
    public sealed partial class ScramCredentialUpsertion
    {
        /// <summary>Gets or sets the user's name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the mechanism: 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.</summary>
        [Field("0+")]
        public sbyte Mechanism { get; set; }

        /// <summary>Gets or sets how often the password was hashed.</summary>
        [Field("0+")]
        public int Iterations { get; set; }

        /// <summary>Gets or sets the salt.</summary>
        [Field("0+")]
        public byte[] Salt { get; set; } = [];

        /// <summary>Gets or sets the password after salting and hashing: Hi(password, salt, iterations) of RFC
        /// 5802.</summary>
        [Field("0+")]
        public byte[] SaltedPassword { get; set; } = [];
    }
}

/// <summary>Tells what became of the credentials, user by user.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AlterUserScramCredentials, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class AlterUserScramCredentialsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each user.</summary>
    [Field("0+")]
    public List<AlterUserScramCredentialsResult> Results { get; set; } = [];

    /// <summary>What became of one user.</summary>
    public sealed partial class AlterUserScramCredentialsResult
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
    }
}
