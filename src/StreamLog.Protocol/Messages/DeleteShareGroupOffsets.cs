namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>Forgets how far a share group without members has come.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteShareGroupOffsets, MessageKind.Request, 0, 0, FlexibleFrom = 0)]
public sealed partial class DeleteShareGroupOffsetsRequest : IRequest<DeleteShareGroupOffsetsResponse>
{
    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<DeleteTopic> Topics { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class DeleteTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";
    }
}

/// <summary>Tells what was forgotten.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.DeleteShareGroupOffsets, MessageKind.Response, 0, 0, FlexibleFrom = 0)]
public sealed partial class DeleteShareGroupOffsetsResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+")]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets what went wrong, in words, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ErrorMessage { get; set; }

    /// <summary>Gets or sets the topics.</summary>
    [Field("0+")]
    public List<DeletedTopic> Responses { get; set; } = [];

    /// <summary>One topic.</summary>
    public sealed partial class DeletedTopic
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("0+")]
        public string TopicName { get; set; } = "";

        /// <summary>Gets or sets the topic's id.</summary>
        [Field("0+")]
        public Guid TopicId { get; set; }

        /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
        [Field("0+")]
        public ErrorCode ErrorCode { get; set; }

        /// <summary>Gets or sets what went wrong, in words, or null.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? ErrorMessage { get; set; }
    }
}
