using System.Collections.Immutable;
using StreamLog.Authentication;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>What the metadata log says up to one offset: topics, settings, nodes, users. Immutable.</summary>
/// <remarks>The image is a fold over the records of the log, so that all nodes that read to one offset have the
/// same.</remarks>
internal sealed record ClusterImage
{
    /// <summary>Gets the image of a log without records.</summary>
    public static ClusterImage Empty { get; } = new();

    /// <summary>Gets the offset behind the last record that is in the image.</summary>
    public long EndOffset { get; init; }

    /// <summary>Gets the epoch of the controller that wrote that record, or -1.</summary>
    public int ControllerEpoch { get; init; } = -1;

    /// <summary>Gets the topics by name.</summary>
    public ImmutableDictionary<string, TopicImage> Topics { get; init; } =
        ImmutableDictionary.Create<string, TopicImage>(StringComparer.Ordinal);

    /// <summary>Gets the names of the topics by id.</summary>
    public ImmutableDictionary<Guid, string> TopicNamesById { get; init; } = ImmutableDictionary<Guid, string>.Empty;

    /// <summary>Gets the ids of topics that were deleted, so that what is left of them on disk may go.</summary>
    public ImmutableHashSet<Guid> RemovedTopicIds { get; init; } = [];

    /// <summary>Gets the settings that were made, by what they belong to. Nothing in it is empty.</summary>
    public ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>> Configs { get; init; } =
        ImmutableDictionary<ConfigResource, ImmutableSortedDictionary<string, string>>.Empty;

    /// <summary>Gets the nodes by id.</summary>
    public ImmutableSortedDictionary<int, BrokerImage> Brokers { get; init; } =
        ImmutableSortedDictionary<int, BrokerImage>.Empty;

    /// <summary>Gets the levels of the features.</summary>
    public ImmutableSortedDictionary<string, short> Features { get; init; } =
        ImmutableSortedDictionary.Create<string, short>(StringComparer.Ordinal);

    /// <summary>Gets the first producer id that is in no block given out so far.</summary>
    public long NextProducerId { get; init; }

    /// <summary>Gets the SCRAM credentials of users.</summary>
    public ImmutableSortedDictionary<ScramUser, ScramCredential> ScramCredentials { get; init; } =
        ImmutableSortedDictionary<ScramUser, ScramCredential>.Empty;

    /// <summary>Gets the quotas of clients by whom they hold for. Nothing in it is empty.</summary>
    public ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>> ClientQuotas { get; init; } =
        ImmutableDictionary<QuotaEntity, ImmutableSortedDictionary<string, double>>.Empty;

    /// <summary>Gets the rules of access by id.</summary>
    public ImmutableDictionary<Guid, AccessRule> AccessRules { get; init; } =
        ImmutableDictionary<Guid, AccessRule>.Empty;

    /// <summary>Tells whether a node is there to lead partitions.</summary>
    /// <param name="nodeId">Its id.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool IsActive(int nodeId) =>
        Brokers.TryGetValue(nodeId, out BrokerImage? node) && !node.IsFenced;

    /// <summary>Tells whether a directory has the replicas of a node.</summary>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="directoryId">The directory's id.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool IsKeptIn(int nodeId, Guid directoryId) =>
        Brokers.TryGetValue(nodeId, out BrokerImage? node) && node.DirectoryIds.Contains(directoryId);

    /// <summary>Finds a topic.</summary>
    /// <param name="topicId">Its id.</param>
    /// <returns>The topic, or <see langword="null"/>.</returns>
    public TopicImage? FindTopic(Guid topicId) =>
        TopicNamesById.TryGetValue(topicId, out string? name) ? Topics[name] : null;

    /// <summary>Finds a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The topic, or <see langword="null"/>.</returns>
    public TopicImage? FindTopic(string name) => Topics.GetValueOrDefault(name);

    /// <summary>Returns the settings that were made for something.</summary>
    /// <param name="type">The kind of thing.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The settings by name; empty where none was made.</returns>
    public ImmutableSortedDictionary<string, string> ConfigsOf(ConfigResourceType type, string name) =>
        Configs.GetValueOrDefault(new ConfigResource(type, name)) ?? ClusterDelta.NoConfigs;

    /// <summary>Returns the image after further records.</summary>
    /// <param name="records">The records of one committed batch, in order.</param>
    /// <param name="endOffset">The offset behind the last of them.</param>
    /// <param name="controllerEpoch">The epoch of the controller that wrote them.</param>
    /// <returns>The new image.</returns>
    /// <exception cref="StreamLogException">A record does not fit what came before: the log is damaged.</exception>
    public ClusterImage Apply(IReadOnlyList<IMetadataRecord> records, long endOffset, int controllerEpoch)
    {
        ClusterDelta delta = new(this);
        for (int i = 0; i < records.Count; i++)
            delta.Apply(records[i]);

        return delta.Build() with { EndOffset = endOffset, ControllerEpoch = controllerEpoch };
    }
}
