namespace StreamLog.Broker;

/// <summary>Names a partition in a fetch session, as its client does.</summary>
/// <param name="TopicId">The topic's id, or the empty one where its name names it.</param>
/// <param name="Topic">The topic's name, or an empty text where its id names it.</param>
/// <param name="Partition">The partition's number.</param>
internal readonly record struct SessionKey(Guid TopicId, string Topic, int Partition);
