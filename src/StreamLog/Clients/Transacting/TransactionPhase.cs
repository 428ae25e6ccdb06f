namespace StreamLog.Clients.Transacting;

/// <summary>How far a transaction has come.</summary>
internal enum TransactionPhase
{
    /// <summary>It takes records and offsets, or has failed and is to be aborted.</summary>
    Open,

    /// <summary>The broker was told to commit it, and has not answered.</summary>
    Committing,

    /// <summary>The broker was told to abort it, and has not answered.</summary>
    Aborting,

    /// <summary>All of it counts.</summary>
    Committed,

    /// <summary>Nothing of it counts.</summary>
    Aborted,
}
