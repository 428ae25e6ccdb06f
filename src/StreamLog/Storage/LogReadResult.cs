using StreamLog.Protocol;

namespace StreamLog.Storage;

/// <summary>What came of a read. The receiver disposes <see cref="Records"/>.</summary>
internal readonly record struct LogReadResult
{
    private readonly RecordBuffer? _records;

    /// <summary>Gets what went wrong, or None.</summary>
    public ErrorCode ErrorCode { get; init; }

    /// <summary>Gets the fact and what can be done, or <see langword="null"/>.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// Gets whole batches, the first of which holds the offset asked for or the next one there is; empty where there
    /// are none below the limit.
    /// </summary>
    public RecordBuffer Records
    {
        get => _records ?? RecordBuffer.Empty;
        init => _records = value;
    }

    /// <summary>Gets the first offset that can be read.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>Gets the offset that the next append will get.</summary>
    public long LogEndOffset { get; init; }
}
