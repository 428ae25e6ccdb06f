namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>The key of a transactional id in <c>__transaction_state</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0)]
public sealed partial class TransactionLogKey
{
    /// <summary>Gets or sets the transactional id.</summary>
    [Field("0")]
    public string TransactionalId { get; set; } = "";
}
