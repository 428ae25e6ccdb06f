namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  throttled after the response
//   2  ProducerFenced may be answered
//   3  flexible
//   4  TransactionAbortable may be answered
//   5  each transaction has an epoch of its own; response: the next one

/// <summary>Commits or aborts a transaction.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.EndTxn, MessageKind.Request, 0, 5, FlexibleFrom = 3)]
public sealed partial class EndTxnRequest : IRequest<EndTxnResponse>, IVersionedRequest
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

    /// <summary>Gets or sets whether to commit it, and not to abort it.</summary>
    [Field("0+")]
    public bool Committed { get; set; }

    /// <inheritdoc/>
    public short Version { get; set; } = MaxVersion;
}

/// <summary>Tells what became of a transaction that was to end.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(ApiKey.EndTxn, MessageKind.Response, 0, 5, FlexibleFrom = 3)]
public sealed partial class EndTxnResponse : IThrottledResponse
{
    /// <summary>Gets or sets how long the client was held back by a quota, in milliseconds.</summary>
    [Field("0+", Ignorable = true)]
    public int ThrottleTimeMs { get; set; }

    /// <summary>Gets or sets what went wrong, or <see cref="ErrorCode.None"/>.</summary>
    [Field("0+")]
    public ErrorCode ErrorCode { get; set; }

    /// <summary>Gets or sets the producer id of the next transaction, or -1.</summary>
    [Field("5+", Ignorable = true)]
    public long ProducerId { get; set; } = -1;

    /// <summary>Gets or sets the epoch of the next transaction, or -1.</summary>
    [Field("5+", Ignorable = true)]
    public short ProducerEpoch { get; set; } = -1;
}
