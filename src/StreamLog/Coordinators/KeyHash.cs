namespace StreamLog.Coordinators;

/// <summary>Tells which partition of an internal topic keeps the state of a key.</summary>
internal static class KeyHash
{
    /// <summary>Returns the partition: Kafka's rule.</summary>
    /// <param name="key">The name of a group, or a transactional id.</param>
    /// <param name="partitionCount">How many partitions the topic has.</param>
    /// <returns>The partition.</returns>
    public static int PartitionOf(string key, int partitionCount)
    {
        // Java's String.hashCode, which Kafka takes.
        int hash = 0;
        foreach (char c in key)
            hash = unchecked((31 * hash) + c);

        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitionCount;
    }
}
