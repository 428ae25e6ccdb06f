namespace StreamLog.Protocol.Messages;

// Versions:
//   1  response: throttle time
//   3  TopicDeletionDisabled may be answered
//   4  flexible
//   5  response: error message; ThrottlingQuotaExceeded may be answered
//   6  topics by id, in a new list

/// <summary>Deletes topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteTopics, MessageKind.Request, 1, 6, FlexibleFrom = 4)]
public sealed partial class DeleteTopicsRequest : IRequest<DeleteTopicsResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the topics.</summary>
    [Field("6+")]
    public List<DeleteTopicState> Topics { get; set; } = [];

    /// <summary>Gets or sets the names of the topics to delete.</summary>
    [Field("0-5", Ignorable = true)]
    public List<string> TopicNames { get; set; } = [];

    /// <summary>Gets or sets how long the broker may take, in milliseconds.</summary>
    [Field("0+")]
    public int TimeoutMs { get; set; }

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;

    /// <summary>One topic to delete, by name or by id.</summary>
    public sealed partial class DeleteTopicState
    {
        /// <summary>Gets or sets the name, or null to delete by id.</summary>
        [Field("6+", NullableFrom = 6)]
        public string? Name { get; set; }

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("6+")]
        public Guid TopicId { get; set; }
    }
}

/// <summary>Tells what became of the topics.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteTopics, MessageKind.Response, 1, 6, FlexibleFrom = 4)]
public sealed partial class DeleteTopicsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("1+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets one result for each item of the request.</summary>
    [Field("0+")]
    public List<DeletableTopicResult> Responses { get; set; } = [];

    /// <summary>What became of one topic.</summary>
    public sealed partial class DeletableTopicResult
    {
        /// <summary>Gets or sets the name, or null where the topic was named by id.</summary>
        [Field("0+", NullableFrom = 6)]
        public string? Name { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("6+", Ignorable = true)]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong in words, or null.</summary>
        [Field("5+", NullableFrom = 5, Ignorable = true)]
        public string? ErrorMessage { get; set; }
    }
}
