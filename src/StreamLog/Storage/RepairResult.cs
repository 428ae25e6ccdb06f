namespace StreamLog.Storage;

/// <summary>What the repair of a log's files came to.</summary>
internal sealed class RepairResult
{
    /// <summary>Gets what was cut out so far.</summary>
    public List<LostRecords> Lost { get; } = [];

    public int MendedBatches { get; set; }

    /// <summary>Gets or sets why the repair ended early, or <see langword="null"/>.</summary>
    public Exception? Error { get; set; }

    /// <summary>Gets or sets the log, opened anew; <see langword="null"/> where not even that was possible.</summary>
    public PartitionLog? Log { get; set; }
}
