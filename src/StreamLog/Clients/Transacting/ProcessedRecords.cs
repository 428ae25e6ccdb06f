using StreamLog.Clients.Membership;

namespace StreamLog.Clients.Transacting;

/// <summary>Which records of a group's partitions a transaction has processed: the first and the last one of
/// each.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class ProcessedRecords
{
    private readonly Dictionary<TopicPartition, (long First, long Last)> _ranges = [];

    // Of these, records were yielded a second time, or before ones that had been yielded already.
    private readonly HashSet<TopicPartition> _readAnew = [];

    private ProcessedRecords()
    {
    }

    /// <summary>Notes records.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="records">The records, in the order in which they were yielded.</param>
    /// <returns>Which they are.</returns>
    public static ProcessedRecords Of<TKey, TValue>(IEnumerable<Record<TKey, TValue>> records)
    {
        ProcessedRecords processed = new();
        foreach (Record<TKey, TValue> record in records)
            processed.Add(record.Position.TopicPartition, record.Position.Offset);
        return processed;
    }

    /// <summary>Gets the first record of each partition.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Firsts =>
        _ranges.ToDictionary(static pair => pair.Key, static pair => pair.Value.First);

    /// <summary>Tells whether a partition is still read as it was when its records were yielded, so that nobody else
    /// has them.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="yielded">What the consumer has yielded of what it has.</param>
    /// <returns>Whether it is. One that was lost and has come back is read anew: its records are yielded again, or
    /// another member has processed them.</returns>
    public bool IsKept(TopicPartition partition, IReadOnlyDictionary<TopicPartition, (long Begin, long End)> yielded)
    {
        (long first, long last) = _ranges[partition];
        return !_readAnew.Contains(partition) && yielded.TryGetValue(partition, out (long Begin, long End) range)
            && range.Begin <= first && last < range.End;
    }

    /// <summary>Tells what is to be committed for the records.</summary>
    /// <param name="source">The consumer that has yielded them.</param>
    /// <returns>The member, and its offsets.</returns>
    /// <exception cref="StreamLogException">It has lost one of the partitions.</exception>
    public (MemberStamp? Member, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> Offsets) ToCommit(
        IGroupReading source)
    {
        (MemberStamp member, IReadOnlyDictionary<TopicPartition, (long Begin, long End)> yielded) = source.Look();
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = [];
        foreach ((TopicPartition partition, (long _, long last)) in _ranges)
        {
            if (!IsKept(partition, yielded))
                throw ClientErrors.NotAssigned(source.Group, partition);
            offsets[partition] = new OffsetAndMetadata(last + 1);
        }

        return (member, offsets);
    }

    private void Add(TopicPartition partition, long offset)
    {
        if (!_ranges.TryGetValue(partition, out (long First, long Last) range))
            _ranges[partition] = (offset, offset);
        else if (offset > range.Last)
            _ranges[partition] = (range.First, offset);
        else
            _readAnew.Add(partition);
    }
}
