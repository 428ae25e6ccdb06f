namespace StreamLog.Groups.Assignors;

/// <summary>One partition, by the id of its topic.</summary>
/// <param name="TopicId">The topic's id.</param>
/// <param name="Partition">The partition's number.</param>
internal readonly record struct TopicIdPartition(Guid TopicId, int Partition) : IComparable<TopicIdPartition>
{
    /// <inheritdoc/>
    public int CompareTo(TopicIdPartition other)
    {
        int order = TopicId.CompareTo(other.TopicId);
        return order != 0 ? order : Partition.CompareTo(other.Partition);
    }
}
