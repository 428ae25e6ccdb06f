namespace StreamLog.Protocol.Records;

/// <summary>What a leader asks of a batch before it appends it.</summary>
/// <remarks>The defaults ask nothing of times, keys and sizes, and refuse what no client may send.</remarks>
public readonly record struct RecordBatchRules
{
    /// <summary>Creates rules with their defaults.</summary>
    public RecordBatchRules()
    {
    }

    /// <summary>Gets the most bytes that a batch may have, as it came. Kafka calls this
    /// <c>max.message.bytes</c>.</summary>
    public int MaxMessageBytes { get; init; } = int.MaxValue;

    /// <summary>Gets the most bytes that the records of a compressed batch may have.</summary>
    public int MaxDecompressedBytes { get; init; } = RecordReader.DefaultMaxBytes;

    /// <summary>Gets whether every record needs a key: the topic is compacted.</summary>
    public bool IsKeyRequired { get; init; }

    /// <summary>Gets whose clock counts. With <see cref="TimestampType.LogAppendTime"/> the bounds below do not
    /// apply.</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary>Gets the leader's time, in Unix milliseconds, that the bounds count from.</summary>
    public long NowMs { get; init; }

    /// <summary>Gets how far a timestamp may lie before <see cref="NowMs"/>, in milliseconds.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary>Gets how far a timestamp may lie after <see cref="NowMs"/>, in milliseconds.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary>Gets whether the bytes must be one batch and no more, as in a produce request.</summary>
    public bool IsSingleBatch { get; init; } = true;

    /// <summary>Gets whether control batches pass, and batches of a producer without a sequence: from a coordinator
    /// they do, from a client never.</summary>
    public bool IsControlAllowed { get; init; }

    /// <summary>Gets whether Zstandard may be used: clients of the older produce versions could not read it
    /// back.</summary>
    public bool IsZstdAllowed { get; init; } = true;

    /// <summary>Gets whether the checksum is computed. Bytes that this process built a moment ago need none.</summary>
    public bool IsCrcChecked { get; init; } = true;
}
