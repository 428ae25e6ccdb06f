using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Where the partitions of one topic are led, as a broker has told. Immutable, but for its being
/// doubted.</summary>
internal sealed class TopicPlaces
{
    private readonly (int Leader, int Epoch)[] _partitions;
    private volatile bool _isDoubted;

    /// <summary>Creates it.</summary>
    /// <param name="topic">What the broker has told.</param>
    /// <param name="before">What was known before, or <see langword="null"/>: of a newer leader an older broker may not
    /// have heard.</param>
    /// <param name="takenAt">When it was told, on the clock's timestamps.</param>
    public TopicPlaces(MetadataResponse.MetadataResponseTopic topic, TopicPlaces? before, long takenAt)
    {
        Name = topic.Name ?? "";
        Id = topic.TopicId;
        ErrorCode = topic.ErrorCode;
        TakenAt = takenAt;
        int count = 0;
        foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
            count = Math.Max(count, partition.PartitionIndex + 1);
        _partitions = new (int, int)[count];
        Array.Fill(_partitions, (-1, -1));
        foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
        {
            int index = partition.PartitionIndex;
            (int Leader, int Epoch) known = before is not null && before.Id == Id && index < before._partitions.Length
                ? before._partitions[index]
                : (-1, -1);
            _partitions[index] = partition.LeaderEpoch >= 0 && partition.LeaderEpoch < known.Epoch
                ? known
                : (partition.LeaderId, partition.LeaderEpoch);
        }
    }

    /// <summary>Gets the topic's name, or nothing where the broker does not know it.</summary>
    public string Name { get; }

    /// <summary>Gets the topic's id, or the empty one where the broker does not tell ids.</summary>
    public Guid Id { get; }

    /// <summary>Gets why there are no partitions.</summary>
    public ErrorCode ErrorCode { get; }

    /// <summary>Gets when it was told, on the clock's timestamps.</summary>
    public long TakenAt { get; }

    /// <summary>Gets or sets whether a broker has answered what does not fit it.</summary>
    public bool IsDoubted { get => _isDoubted; set => _isDoubted = value; }

    /// <summary>Finds the leader of a partition.</summary>
    /// <param name="partition">The partition's number.</param>
    /// <returns>The node, -1 where there is none now, or <see langword="null"/> where there is no such
    /// partition.</returns>
    public int? FindLeader(int partition) =>
        (uint)partition < (uint)_partitions.Length ? _partitions[partition].Leader : null;

    /// <summary>Tells whether a node leads any partition.</summary>
    /// <param name="nodeId">The node.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public bool IsLedBy(int nodeId) => Array.Exists(_partitions, partition => partition.Leader == nodeId);
}
