namespace StreamLog;

/// <summary>Says whose clock gave the records of a batch their timestamps, with Kafka's numbers.</summary>
public enum TimestampType
{
    /// <summary>The producer's: each record has its own.</summary>
    CreateTime = 0,

    /// <summary>The leader's at the append: one for all records of the batch.</summary>
    LogAppendTime = 1,
}
