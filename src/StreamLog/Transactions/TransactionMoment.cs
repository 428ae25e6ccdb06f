namespace StreamLog.Transactions;

/// <summary>When something is decided.</summary>
/// <param name="Now">The time that deadlines are counted in, in milliseconds.</param>
/// <param name="Timestamp">The time of the calendar, in Unix milliseconds.</param>
internal readonly record struct TransactionMoment(long Now, long Timestamp);
