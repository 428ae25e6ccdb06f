namespace StreamLog.Clients.Membership;

/// <summary>The partitions that one member is about to get.</summary>
/// <remarks>Owned by one <see cref="StickyShares"/>.</remarks>
internal sealed class StickyShare
{
    // Of each topic what it keeps comes first, so that what it has just got goes first.
    private readonly SortedDictionary<string, List<int>> _partitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _kept = new(StringComparer.Ordinal);

    /// <summary>Creates an empty share.</summary>
    /// <param name="claim">The member.</param>
    /// <param name="topics">Those of its topics that are there.</param>
    public StickyShare(MemberClaim claim, IEnumerable<string> topics)
    {
        MemberId = claim.MemberId;
        foreach (string topic in topics)
            _partitions[topic] = [];
    }

    /// <summary>Gets the member's id.</summary>
    public string MemberId { get; }

    /// <summary>Gets how many partitions it has.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the topics that it may have partitions of, in order.</summary>
    public IEnumerable<string> Topics => _partitions.Keys;

    /// <summary>Tells whether it may have partitions of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <returns><see langword="true"/> if so.</returns>
    public bool Reads(string topic) => _partitions.ContainsKey(topic);

    /// <summary>Returns the topics that it has partitions of, in order.</summary>
    /// <param name="onlyNew">Whether what it keeps does not count.</param>
    /// <returns>The topics.</returns>
    public IEnumerable<string> HeldTopics(bool onlyNew) => _partitions
        .Where(topic => topic.Value.Count > (onlyNew ? _kept.GetValueOrDefault(topic.Key) : 0))
        .Select(static topic => topic.Key);

    /// <summary>Keeps a partition that it has already. What it gets is added later.</summary>
    /// <param name="partition">The partition, of a topic that it reads.</param>
    public void Keep(TopicPartition partition)
    {
        Add(partition);
        _kept[partition.Topic] = _partitions[partition.Topic].Count;
    }

    /// <summary>Adds a partition.</summary>
    /// <param name="partition">The partition, of a topic that it reads.</param>
    public void Add(TopicPartition partition)
    {
        _partitions[partition.Topic].Add(partition.Partition);
        Count++;
    }

    /// <summary>Takes out a partition, one that it has just got if there is one.</summary>
    /// <param name="topic">The topic, of which it has one.</param>
    /// <returns>The partition.</returns>
    public TopicPartition Take(string topic)
    {
        List<int> partitions = _partitions[topic];
        int last = partitions[^1];
        partitions.RemoveAt(partitions.Count - 1);
        Count--;
        return new TopicPartition(topic, last);
    }

    /// <summary>Returns all of it.</summary>
    /// <returns>The partitions, in order.</returns>
    public List<TopicPartition> ToList() =>
    [
        .. _partitions.SelectMany(static topic =>
            topic.Value.Order().Select(partition => new TopicPartition(topic.Key, partition))),
    ];
}
