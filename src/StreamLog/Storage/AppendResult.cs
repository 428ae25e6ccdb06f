namespace StreamLog.Storage;

/// <summary>What came of an append. Nothing was appended where <see cref="ErrorCode"/> is not None.</summary>
internal readonly record struct AppendResult
{
    private readonly IReadOnlyList<(int Index, string Message)>? _recordErrors;

    /// <summary>Gets what went wrong, or None.</summary>
    public ErrorCode ErrorCode { get; init; }

    /// <summary>Gets the fact and what can be done, or <see langword="null"/>.</summary>
    public string? Message { get; init; }

    /// <summary>Gets the offset of the first record: of the first append, where this one was its duplicate.</summary>
    public long BaseOffset { get; init; }

    /// <summary>Gets the offset of the last record.</summary>
    public long LastOffset { get; init; }

    /// <summary>Gets the timestamp that the log gave to all records, or -1 where they keep their own.</summary>
    public long AppendTimeMs { get; init; }

    /// <summary>Gets the first offset that can be read.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>Gets whether the batch was there already, and nothing was written.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Gets the records, by their place in the batch, for which it was refused.</summary>
    public IReadOnlyList<(int Index, string Message)> RecordErrors
    {
        get => _recordErrors ?? [];
        init => _recordErrors = value;
    }

    /// <summary>Gets whether the records are in the log.</summary>
    public bool IsSuccess => ErrorCode == ErrorCode.None;

    /// <summary>Creates the answer to a refused append.</summary>
    /// <param name="code">What was wrong.</param>
    /// <param name="message">The fact and what can be done.</param>
    /// <returns>The answer.</returns>
    public static AppendResult Refused(ErrorCode code, string message) => new()
    {
        ErrorCode = code,
        Message = message,
        BaseOffset = -1,
        LastOffset = -1,
        AppendTimeMs = -1,
        LogStartOffset = -1,
    };
}
