namespace StreamLog.Storage.Compaction;

/// <summary>What one run of compaction goes by.</summary>
internal sealed record FilterRules
{
    /// <summary>Gets the first offset that can be read. Records below are of no use to anybody.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>Gets the time of the run.</summary>
    public required long NowMs { get; init; }

    /// <summary>Gets how long tombstones and markers stay once a run has seen them.</summary>
    public required long DeleteRetentionMs { get; init; }

    /// <summary>
    /// Gets what the log remembers of each of its producers: its epoch and the last offset of its last batch, or -1
    /// where it only knows the epoch, from a marker.
    /// </summary>
    public required IReadOnlyDictionary<long, (short Epoch, long LastOffset)> Producers { get; init; }

    /// <summary>Returns the time until which what is seen now for the first time stays.</summary>
    public long DeleteHorizonMs =>
        DeleteRetentionMs > long.MaxValue - NowMs ? long.MaxValue : NowMs + DeleteRetentionMs;
}
