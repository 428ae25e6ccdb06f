namespace StreamLog;

/// <summary>How far a node that starts has come in opening its partitions.</summary>
/// <remarks>
/// Reported to <see cref="StreamLogOptions.RecoveryProgress"/>: when it begins, at most once a second, and when it has
/// ended.
/// </remarks>
public sealed record RecoveryProgress
{
    /// <summary>Gets how many partitions there are to open.</summary>
    public required int Partitions { get; init; }

    /// <summary>Gets how many have been opened, those that are offline included.</summary>
    public required int Opened { get; init; }

    /// <summary>Gets how many of these are offline.</summary>
    public required int Offline { get; init; }

    /// <summary>Gets how many bytes of segments have to be scanned, as far as partitions have been looked at: what came
    /// after the last flush that is known of. After a stop in order there are none.</summary>
    public required long BytesToScan { get; init; }

    /// <summary>Gets how many of these bytes have been scanned.</summary>
    public required long BytesScanned { get; init; }

    /// <summary>Gets how long it has taken so far.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets whether all partitions have been opened.</summary>
    public bool IsComplete => Opened == Partitions;
}
