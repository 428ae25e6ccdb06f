namespace StreamLog;

/// <summary>The place of one record.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number, counted from zero.</param>
/// <param name="Offset">The record's offset in its partition.</param>
public readonly record struct LogPosition(string Topic, int Partition, long Offset)
{
    /// <summary>Gets the partition.</summary>
    public TopicPartition TopicPartition => new(Topic, Partition);

    /// <summary>Returns the place as it appears in messages: <c>orders-7@42</c>.</summary>
    /// <returns>The partition and the offset.</returns>
    public override string ToString() => $"{Topic}-{Partition}@{Offset}";
}
