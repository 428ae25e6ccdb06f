namespace StreamLog;

/// <summary>When a group consumer commits offsets.</summary>
public enum CommitMode
{
    /// <summary>At intervals, behind the records that were completed.</summary>
    OnComplete,

    /// <summary>When the application says so; everything yielded before counts as done.</summary>
    Manual,

    /// <summary>Never.</summary>
    None,
}
