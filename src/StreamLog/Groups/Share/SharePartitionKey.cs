using System.Buffers.Text;

namespace StreamLog.Groups.Share;

/// <summary>One partition for one share group.</summary>
/// <param name="Group">The group.</param>
/// <param name="TopicId">The topic's id.</param>
/// <param name="Partition">The partition's number.</param>
internal readonly record struct SharePartitionKey(string Group, Guid TopicId, int Partition)
{
    /// <summary>Returns the partition of <c>__share_group_state</c> that its state is kept in: Kafka's rule.</summary>
    /// <param name="partitionCount">How many partitions that topic has.</param>
    /// <returns>The partition.</returns>
    public int StatePartition(int partitionCount) => GroupNames.PartitionOf(
        $"{Group}:{Base64Url.EncodeToString(TopicId.ToByteArray(bigEndian: true))}:{Partition}", partitionCount);
}
