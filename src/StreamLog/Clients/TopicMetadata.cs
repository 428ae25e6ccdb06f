namespace StreamLog.Clients;

/// <summary>What a client knows of a topic: enough to send requests for it. Immutable.</summary>
/// <param name="Name">The name.</param>
/// <param name="TopicId">The id; empty where the far side gives none.</param>
/// <param name="LeaderEpochs">For each partition the epoch of its leader, or -1 where it is not known.</param>
internal sealed record TopicMetadata(string Name, Guid TopicId, IReadOnlyList<int> LeaderEpochs)
{
    /// <summary>Gets the number of partitions.</summary>
    public int PartitionCount => LeaderEpochs.Count;
}
