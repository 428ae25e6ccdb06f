namespace StreamLog.Transactions;

/// <summary>Who a producer says that it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Epoch">Its epoch.</param>
internal readonly record struct ProducerIdentity(long Id, short Epoch);
