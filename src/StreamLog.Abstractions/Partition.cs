namespace StreamLog;

/// <summary>A partition, as it was when the picture was taken.</summary>
public sealed record Partition
{
    /// <summary>Gets the partition's name.</summary>
    public required TopicPartition TopicPartition { get; init; }

    /// <summary>Gets the id of the leading node, or -1 where there is none.</summary>
    public required int LeaderId { get; init; }

    /// <summary>Gets how often leadership has been given away. Every batch carries it.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>Gets the ids of the nodes that keep a copy.</summary>
    public required IReadOnlyList<int> Replicas { get; init; }

    /// <summary>Gets the ids of the nodes whose copies count.</summary>
    public required IReadOnlyList<int> InSyncReplicas { get; init; }

    /// <summary>Gets why the partition can be neither read nor written here, or <see langword="null"/> if it
    /// can.</summary>
    public StreamLogException? Failure { get; init; }

    /// <summary>Gets whether the partition can be read and written here.</summary>
    public bool IsOnline => Failure is null;

    /// <summary>Gets the first offset that can be read.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>Gets the offset before which consumers may read.</summary>
    public required long HighWatermark { get; init; }

    /// <summary>Gets the offset that the next record will get.</summary>
    public required long LogEndOffset { get; init; }

    /// <summary>Gets the offset before which no transaction is open, or -1 where nothing has been appended, and nobody
    /// has read committed records alone, since the log was opened: a picture reads nothing from the disk.</summary>
    public required long LastStableOffset { get; init; }

    /// <summary>Gets the number of bytes of all segments.</summary>
    public required long SizeInBytes { get; init; }

    /// <summary>Gets the segments kept on this node, oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; init; } = [];
}
