namespace StreamLog.Tests.Node;

/// <summary>Everything that a node has acknowledged before its power was cut, and what was under way.</summary>
internal sealed class PowerCutLedger
{
    /// <summary>Gets the number of partitions of each topic; zero for one that must not be there.</summary>
    public SortedDictionary<string, Promise<int>> Partitions { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets a setting of each topic: its <c>max.message.bytes</c>.</summary>
    public Dictionary<string, Promise<string>> Settings { get; } = [];

    /// <summary>Gets the offsets committed for the group <c>billing</c>; -1 for none.</summary>
    public Dictionary<TopicPartition, Promise<long>> Committed { get; } = [];

    /// <summary>Gets the first offset of partitions whose records were deleted.</summary>
    public Dictionary<TopicPartition, Promise<long>> Starts { get; } = [];

    /// <summary>Gets all batches, in the order in which they were sent to each partition.</summary>
    public Dictionary<TopicPartition, List<SentBatch>> Sent { get; } = [];

    /// <summary>Gets the topics that are compacted: a record may be gone once there is a later one of its
    /// key.</summary>
    public HashSet<string> Compacted { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets the partitions that were damaged on the disk, each with the number of records at its start that
    /// went with the damage.</summary>
    public Dictionary<TopicPartition, int> Damaged { get; } = [];

    /// <summary>Gets the largest producer id that was handed out.</summary>
    public long ProducerId { get; set; } = -1;

    public Promise<int> PartitionsOf(string topic) => GetOrAdd(Partitions, topic, 0);

    public Promise<string> SettingOf(string topic) => GetOrAdd(Settings, topic, "1048588");

    public Promise<long> CommittedOf(TopicPartition partition) => GetOrAdd(Committed, partition, -1);

    public Promise<long> StartOf(TopicPartition partition) => GetOrAdd(Starts, partition, 0);

    public List<SentBatch> SentTo(TopicPartition partition)
    {
        if (!Sent.TryGetValue(partition, out List<SentBatch>? sent))
            Sent.Add(partition, sent = []);

        return sent;
    }

    /// <summary>Tells whether a partition may be without a record that was acknowledged.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The record.</param>
    /// <param name="stored">The offsets of those that are there.</param>
    public bool MayLack(TopicPartition partition, long offset, IReadOnlySet<long> stored) =>
        (Damaged.TryGetValue(partition, out int lost) && offset < lost)
        || (Compacted.Contains(partition.Topic)
            && stored.Any(other => other > offset && SentBatch.KeyOf(other) == SentBatch.KeyOf(offset)));

    private static Promise<T> GetOrAdd<TKey, T>(IDictionary<TKey, Promise<T>> promises, TKey key, T initial)
    {
        if (!promises.TryGetValue(key, out Promise<T>? promise))
            promises.Add(key, promise = new Promise<T>(initial));

        return promise;
    }
}
