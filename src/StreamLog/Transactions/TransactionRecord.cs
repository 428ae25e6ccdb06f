namespace StreamLog.Transactions;

/// <summary>A record of <c>__transaction_state</c>.</summary>
/// <param name="TransactionalId">The transactional id.</param>
/// <param name="State">Its state, or <see langword="null"/> to forget it.</param>
internal readonly record struct TransactionRecord(string TransactionalId, TransactionState? State);
