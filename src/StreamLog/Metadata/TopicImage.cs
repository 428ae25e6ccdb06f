using System.Collections.Immutable;

namespace StreamLog.Metadata;

/// <summary>One topic, as the metadata log has it. Immutable: a changed topic is another object.</summary>
/// <param name="Name">The name.</param>
/// <param name="TopicId">The id.</param>
/// <param name="Partitions">The partitions, by number.</param>
internal sealed record TopicImage(string Name, Guid TopicId, ImmutableArray<PartitionImage> Partitions)
{
    /// <summary>Gets whether StreamLog keeps its own state in it.</summary>
    public bool IsInternal => TopicNames.IsInternal(Name);
}
