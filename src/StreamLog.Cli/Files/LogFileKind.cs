namespace StreamLog.Cli.Files;

/// <summary>What a file of a data directory is.</summary>
internal enum LogFileKind
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>Record batches: a segment, a snapshot of the metadata, or what recovery cut off.</summary>
    Batches,

    /// <summary>Where offsets lie.</summary>
    OffsetIndex,

    /// <summary>Where times lie.</summary>
    TimeIndex,

    /// <summary>Which transactions were aborted.</summary>
    TransactionIndex,

    /// <summary>What is known of producers.</summary>
    ProducerSnapshot,

    /// <summary>Where leader epochs begin.</summary>
    Epochs,

    /// <summary>Offsets of partitions.</summary>
    Offsets,

    /// <summary>How far partitions were flushed.</summary>
    FlushMarks,

    /// <summary>A few lines of text.</summary>
    Text,
}
