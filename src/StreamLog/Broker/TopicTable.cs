using System.Collections.Frozen;
using StreamLog.Metadata;

namespace StreamLog.Broker;

/// <summary>All topics of which this node holds replicas, at one moment. Immutable, so that a request sees one
/// state.</summary>
internal sealed class TopicTable
{
    private readonly FrozenDictionary<string, LocalTopic> _byName;
    private readonly FrozenDictionary<Guid, LocalTopic> _byId;

    /// <summary>Creates a table.</summary>
    /// <param name="image">The metadata that the table is in line with.</param>
    /// <param name="topics">The topics.</param>
    public TopicTable(ClusterImage image, IReadOnlyCollection<LocalTopic> topics)
    {
        Image = image;
        IsWhole = topics.All(topic => topic.IsWhole);
        _byName = topics.ToFrozenDictionary(topic => topic.Name, StringComparer.Ordinal);
        _byId = topics.ToFrozenDictionary(topic => topic.TopicId);
    }

    /// <summary>Gets a table of no topics.</summary>
    public static TopicTable Empty { get; } = new(ClusterImage.Empty, []);

    /// <summary>Gets the metadata that the table is in line with: what it names can be used.</summary>
    public ClusterImage Image { get; }

    /// <summary>Gets whether no partition is missing.</summary>
    public bool IsWhole { get; }

    /// <summary>Gets the topics, in no order.</summary>
    public IReadOnlyList<LocalTopic> Topics => _byName.Values;

    /// <summary>Finds a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The topic, or <see langword="null"/>.</returns>
    public LocalTopic? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Finds a topic.</summary>
    /// <param name="topicId">Its id.</param>
    /// <returns>The topic, or <see langword="null"/>.</returns>
    public LocalTopic? Find(Guid topicId) => _byId.GetValueOrDefault(topicId);

    /// <summary>Finds a topic as requests name them: newer ones by id, older ones by name.</summary>
    /// <param name="name">Its name, or an empty text.</param>
    /// <param name="topicId">Its id, or an empty one.</param>
    /// <param name="error">What to answer where there is none.</param>
    /// <returns>The topic, or <see langword="null"/>.</returns>
    public LocalTopic? Find(string? name, Guid topicId, out ErrorCode error)
    {
        LocalTopic? topic = topicId != Guid.Empty ? Find(topicId) : Find(name ?? "");
        error = topic is not null
            ? ErrorCode.None
            : topicId != Guid.Empty ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        return topic;
    }
}
