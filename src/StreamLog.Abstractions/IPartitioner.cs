namespace StreamLog;

/// <summary>Chooses the partition of a record.</summary>
/// <remarks>Must be thread-safe and must give the same key the same partition while the number of partitions
/// stays.</remarks>
public interface IPartitioner
{
    /// <summary>Chooses a partition.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key's bytes. It is only asked for records that have a key.</param>
    /// <param name="partitionCount">The number of partitions; at least 1.</param>
    /// <returns>The partition, from zero up to, and without, <paramref name="partitionCount"/>.</returns>
    int ChoosePartition(string topic, ReadOnlySpan<byte> key, int partitionCount);
}
