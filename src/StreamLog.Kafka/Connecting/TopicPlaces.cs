using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Where the partitions of one topic are led, as a broker has told. Immutable, but for its being
/// doubted.</summary>
internal sealed class TopicPlaces
{
    // By number, which a broker may make up.
    private readonly Dictionary<int, (int Leader, int Epoch)> _partitions = [];
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

        // Without ids a topic that was made anew looks like the one before, at an older epoch.
        bool isSame = before is not null && before.Id == Id && (Id != Guid.Empty || !before.IsDoubted);
        foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
        {
            (int Leader, int Epoch) told = (partition.LeaderId, partition.LeaderEpoch);
            _partitions[partition.PartitionIndex] = isSame && told.Epoch >= 0
                && before!._partitions.TryGetValue(partition.PartitionIndex, out (int Leader, int Epoch) known)
                && told.Epoch < known.Epoch
                ? known
                : told;
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
        _partitions.TryGetValue(partition, out (int Leader, int Epoch) known) ? known.Leader : null;

    /// <summary>Tells whether a node leads any partition.</summary>
    /// <param name="nodeId">The node.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public bool IsLedBy(int nodeId) => _partitions.Values.Any(partition => partition.Leader == nodeId);
}
