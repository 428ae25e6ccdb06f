namespace StreamLog.Transactions;

/// <summary>How far the transaction of a transactional id has come, with Kafka's numbers and words.</summary>
internal enum TransactionStatus
{
    /// <summary>There has been none since the producer was initialised.</summary>
    Empty = 0,

    /// <summary>It is open.</summary>
    Ongoing = 1,

    /// <summary>It is committed. The marks that say so are being written.</summary>
    PrepareCommit = 2,

    /// <summary>It is aborted. The marks that say so are being written.</summary>
    PrepareAbort = 3,

    /// <summary>It is committed, and all marks are written.</summary>
    CompleteCommit = 4,

    /// <summary>It is aborted, and all marks are written.</summary>
    CompleteAbort = 5,

    /// <summary>The id is being forgotten. Never written here: it is forgotten in one step.</summary>
    Dead = 6,

    /// <summary>The producer is being fenced. Never written here: fencing and aborting are one step.</summary>
    PrepareEpochFence = 7,
}
