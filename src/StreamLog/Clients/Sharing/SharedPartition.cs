namespace StreamLog.Clients.Sharing;

/// <summary>A partition of the topic that a queue's consumer reads, by the id of the topic: one that was created anew
/// is another.</summary>
/// <param name="TopicId">The topic's id.</param>
/// <param name="Partition">The partition's number.</param>
internal readonly record struct SharedPartition(Guid TopicId, int Partition);
