namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  ProducerFenced may be answered
//   3  flexible
//   4  TransactionAbortable may be answered

/// <summary>Adds the partition that keeps a group's offsets to a transaction.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AddOffsetsToTxn, MessageKind.Request, 0, 4, FlexibleFrom = 3)]
public sealed partial class AddOffsetsToTxnRequest : IRequest<AddOffsetsToTxnResponse>, IVersionedRequest
{
    /// <summary>Gets or sets the transactional id.</summary>
    [Field("0+")]
    public string TransactionalId { get; set; } = "";

    /// <summary>Gets or sets the producer id.</summary>
    [Field("0+")]
    public long ProducerId { get; set; }

    /// <summary>Gets or sets the epoch of the producer.</summary>
    [Field("0+")]
    public short ProducerEpoch { get; set; }

    /// <summary>Gets or sets the group.</summary>
    [Field("0+")]
    public string GroupId { get; set; } = "";

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;
}

/// <summary>Tells what became of it.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.AddOffsetsToTxn, MessageKind.Response, 0, 4, FlexibleFrom = 3)]
public sealed partial class AddOffsetsToTxnResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }
}
