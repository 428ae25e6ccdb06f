using System.ComponentModel.DataAnnotations;

namespace StreamLog;

/// <summary>How one topic is set up. What is not set is the node's.</summary>
public sealed class TopicOptions
{
    /// <summary>Gets or sets the number of partitions.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.DefaultPartitions"/>.</value>
    [Range(1, 100_000)]
    public int? Partitions { get; set; }

    /// <summary>Gets or sets what an acknowledgement promises on this topic.</summary>
    /// <value>The default is the node's <see cref="StreamLogOptions.Durability"/>.</value>
    public Durability? Durability { get; set; }

    /// <summary>Gets further settings by Kafka's names, such as <c>segment.bytes</c> or
    /// <c>cleanup.policy</c>.</summary>
    public IDictionary<string, string> Configs { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
