using System.Buffers.Text;

namespace StreamLog.Groups.Share;

/// <summary>One partition for one share group.</summary>
/// <param name="Group">The group.</param>
/// <param name="TopicId">The topic's id.</param>
/// <param name="Partition">The partition's number.</param>
internal readonly record struct SharePartitionKey(string Group, Guid TopicId, int Partition)
{
    /// <summary>Gets the key that says which partition of <c>__share_group_state</c> its state is kept in:
    /// Kafka's.</summary>
    public string StateKey => $"{Group}:{Base64Url.EncodeToString(TopicId.ToByteArray(bigEndian: true))}:{Partition}";
}
