namespace StreamLog;

/// <summary>What a consumer sees of transactions.</summary>
public enum IsolationLevel
{
    /// <summary>Everything, as soon as it is in the log: also what is in an open transaction, or was in one that came
    /// to nothing.</summary>
    ReadUncommitted,

    /// <summary>What is in no transaction, and what was committed. Reading stops before the first record of an open
    /// transaction, so that the order of the log is kept.</summary>
    ReadCommitted,
}
