namespace StreamLog;

/// <summary>A topic, as it was when the picture was taken.</summary>
/// <param name="Name">The name.</param>
/// <param name="TopicId">The id, which a topic created anew under the same name does not share.</param>
/// <param name="IsInternal">Whether StreamLog keeps its own state in it.</param>
/// <param name="Partitions">The partitions, by number.</param>
public sealed record Topic(string Name, Guid TopicId, bool IsInternal, IReadOnlyList<Partition> Partitions);
