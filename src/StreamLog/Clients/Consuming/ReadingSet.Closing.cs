namespace StreamLog.Clients.Consuming;

// How partitions are given up one by one.
internal sealed partial class ReadingSet
{
    /// <summary>Tells whether a partition is read.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>Whether it is.</returns>
    public bool Has(TopicPartition partition)
    {
        lock (_gate)
            return _readings.ContainsKey(partition);
    }

    /// <summary>Reads these partitions no more.</summary>
    /// <param name="partitions">The partitions. Those that are not read are passed over.</param>
    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (TopicPartition partition in partitions)
            {
                if (_readings.TryGetValue(partition, out PartitionReading? reading))
                    Retire(reading);
            }
        }
    }

    /// <summary>Stops yielding for good, before partitions are given up. They keep their positions until
    /// then.</summary>
    /// <param name="partitions">The partitions.</param>
    public void BeginClosing(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (TopicPartition partition in partitions)
            {
                if (_readings.TryGetValue(partition, out PartitionReading? reading))
                    reading.IsClosing = true;
            }
        }
    }
}
