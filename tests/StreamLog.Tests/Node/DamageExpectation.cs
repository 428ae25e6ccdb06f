namespace StreamLog.Tests.Node;

/// <summary>What stands in a data directory that is going to be damaged.</summary>
internal sealed class DamageExpectation
{
    public Dictionary<TopicPartition, List<StoredRecord>> Records { get; } = [];

    /// <summary>Gets the last batch of an idempotent producer in each partition.</summary>
    public Dictionary<TopicPartition, SentBatch> LastBatch { get; } = [];

    public Dictionary<TopicPartition, long> Committed { get; } = [];

    public Dictionary<string, string> Settings { get; } = [];
}
