namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  flexible
//   3  request: the id and epoch that the producer has
//   4  ProducerFenced may be answered
//   5  TransactionAbortable may be answered

/// <summary>Asks for a producer id and epoch.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.InitProducerId, MessageKind.Request, 0, 5, FlexibleFrom = 2)]
public sealed partial class InitProducerIdRequest : IRequest<InitProducerIdResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the transactional id, or null outside transactions.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? TransactionalId { get; set; } = "";

    /// <summary>Gets or sets how long a transaction may stay open, in milliseconds.</summary>
    [Field("0+")]
    public int TransactionTimeoutMs { get; set; }

    /// <summary>Gets or sets the producer id that the client has, or -1 for none.</summary>
    [Field("3+")]
    public long ProducerId { get; set; } = -1;

    /// <summary>Gets or sets the producer epoch that the client has, or -1 for none.</summary>
    [Field("3+")]
    public short ProducerEpoch { get; set; } = -1;

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;
}

/// <summary>Hands out a producer id and epoch.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.InitProducerId, MessageKind.Response, 0, 5, FlexibleFrom = 2)]
public sealed partial class InitProducerIdResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the producer id.</summary>
    [Field("0+")]
    public long ProducerId { get; set; } = -1;

    /// <summary>Gets or sets the epoch of the producer.</summary>
    [Field("0+")]
    public short ProducerEpoch { get; set; }
}
