namespace StreamLog;

/// <summary>What is wrong with a node, and how near it is to its limits, when the picture was taken.</summary>
/// <remarks>Immutable. Taking it reads what the node knows, and no file.</remarks>
public sealed record NodeHealth
{
    /// <summary>Gets why the whole data directory can be used no more, or <see langword="null"/>.</summary>
    public StreamLogException? DirectoryFailure { get; init; }

    /// <summary>Gets the partitions that can be neither read nor written here, with why.</summary>
    public IReadOnlyDictionary<TopicPartition, StreamLogException?> OfflinePartitions { get; init; } =
        new Dictionary<TopicPartition, StreamLogException?>();

    /// <summary>Gets the damage that reading through segments has found in partitions that are online.</summary>
    public IReadOnlyList<ScrubFinding> Findings { get; init; } = [];

    /// <summary>Gets how many bytes may still be written; <see cref="long.MaxValue"/> where the system does not
    /// say.</summary>
    public long AvailableBytes { get; init; } = long.MaxValue;

    /// <summary>Gets how many bytes a node in memory may keep; <see langword="null"/> for a node on a disk.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Gets how far each group is behind, in records, over all partitions that it has committed an offset
    /// of.</summary>
    public IReadOnlyDictionary<string, long> GroupLags { get; init; } = new Dictionary<string, long>();

    /// <summary>Gets how the handlers of topics fare.</summary>
    public IReadOnlyList<HandlerHealth> Handlers { get; init; } = [];
}
