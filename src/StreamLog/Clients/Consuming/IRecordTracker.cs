namespace StreamLog.Clients.Consuming;

/// <summary>Hears of records that are handed out: what a group's committed offsets are made of.</summary>
internal interface IRecordTracker
{
    /// <summary>Notes that a record is about to be handed out.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="offset">The record's offset.</param>
    /// <returns>Who hears that it is done.</returns>
    IRecordCompletion Begin(TopicPartition partition, long offset);

    /// <summary>Notes that the partition holds no more records up to an offset.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">The offset to read next.</param>
    void Skip(TopicPartition partition, long end);
}
