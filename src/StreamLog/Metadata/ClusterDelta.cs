using System.Collections.Immutable;
using StreamLog.Authentication;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Collects what the records of one batch change in an image.</summary>
/// <remarks>Not thread-safe. Made for one batch and thrown away: topics of thousands of partitions are copied
/// once.</remarks>
internal sealed class ClusterDelta
{
    /// <summary>What stands where no setting was made.</summary>
    public static readonly ImmutableSortedDictionary<string, string> NoConfigs =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private readonly Dictionary<Guid, ImmutableArray<PartitionImage>.Builder> _changedTopics = [];
    private ClusterImage _image;

    /// <summary>Begins with an image.</summary>
    /// <param name="image">The image before the batch.</param>
    public ClusterDelta(ClusterImage image) => _image = image;

    /// <summary>Takes one record.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="StreamLogException">It does not fit what came before.</exception>
    public void Apply(IMetadataRecord record)
    {
        switch (record)
        {
            case TopicRecord topic:
                Apply(topic);
                break;
            case PartitionRecord partition:
                Apply(partition);
                break;
            case PartitionChangeRecord change:
                Apply(change);
                break;
            case RemoveTopicRecord removed:
                Apply(removed);
                break;
            case ConfigRecord config:
                Apply(config);
                break;
            case ProducerIdsRecord ids:
                _image = _image with { NextProducerId = Math.Max(_image.NextProducerId, ids.NextProducerId) };
                break;
            case RegisterBrokerRecord broker:
                BrokerImage registered = new(
                    broker.BrokerId, broker.IncarnationId, broker.BrokerEpoch, [.. broker.LogDirs])
                {
                    Rack = broker.Rack,
                    IsFenced = broker.Fenced,
                };
                _image = _image with { Brokers = _image.Brokers.SetItem(broker.BrokerId, registered) };
                break;
            case BrokerRegistrationChangeRecord change:
                Apply(change);
                break;
            case UnregisterBrokerRecord gone:
                _image = _image with { Brokers = _image.Brokers.Remove(gone.BrokerId) };
                break;
            case FeatureLevelRecord feature:
                _image = _image with { Features = _image.Features.SetItem(feature.Name, feature.FeatureLevel) };
                break;
            case UserScramCredentialRecord credential:
                Apply(credential);
                break;
            case RemoveUserScramCredentialRecord removed:
                Apply(removed);
                break;
            case AccessControlEntryRecord rule:
                _image = _image with { AccessRules = _image.AccessRules.SetItem(rule.Id, AccessRule.Of(rule)) };
                break;
            case RemoveAccessControlEntryRecord removed:
                if (!_image.AccessRules.ContainsKey(removed.Id))
                    throw Damaged($"the rule of access {removed.Id} is removed and is not there");
                _image = _image with { AccessRules = _image.AccessRules.Remove(removed.Id) };
                break;
            case ClientQuotaRecord quota:
                Apply(quota);
                break;
            case NoOpRecord:
                break;
            default:
                throw Damaged($"it has a {record.GetType().Name}, which this version does not know");
        }
    }

    /// <summary>Returns the image after the batch.</summary>
    /// <returns>The new image; its end is still that of the old one.</returns>
    public ClusterImage Build()
    {
        if (_changedTopics.Count == 0)
            return _image;

        ImmutableDictionary<string, TopicImage>.Builder topics = _image.Topics.ToBuilder();
        foreach ((Guid topicId, ImmutableArray<PartitionImage>.Builder partitions) in _changedTopics)
        {
            string name = _image.TopicNamesById[topicId];
            topics[name] = topics[name] with { Partitions = partitions.ToImmutable() };
        }

        return _image with { Topics = topics.ToImmutable() };
    }

    private static StreamLogException Damaged(string what) => new(
        ErrorCode.KafkaStorageError,
        $"The metadata log does not fit together: {what}. Restore the data directory from a copy, or open it with " +
        "the version that wrote it.");

    private void Apply(TopicRecord record)
    {
        if (_image.Topics.ContainsKey(record.Name) || _image.TopicNamesById.ContainsKey(record.TopicId))
            throw Damaged($"the topic '{record.Name}' ({record.TopicId}) is created twice");

        TopicImage topic = new(record.Name, record.TopicId, []);
        _image = _image with
        {
            Topics = _image.Topics.Add(record.Name, topic),
            TopicNamesById = _image.TopicNamesById.Add(record.TopicId, record.Name),
        };
    }

    private void Apply(PartitionRecord record)
    {
        ImmutableArray<PartitionImage>.Builder partitions = PartitionsOf(record.TopicId);
        PartitionImage partition = new()
        {
            Replicas = [.. record.Replicas],
            InSyncReplicas = [.. record.Isr],
            Leader = record.Leader,
            LeaderEpoch = record.LeaderEpoch,
            PartitionEpoch = record.PartitionEpoch,
        };
        if ((uint)record.PartitionId > (uint)partitions.Count)
            throw Damaged($"partition {record.PartitionId} of topic {record.TopicId} comes before smaller numbers");

        if (record.PartitionId == partitions.Count)
            partitions.Add(partition);
        else
            partitions[record.PartitionId] = partition;
    }

    private void Apply(PartitionChangeRecord record)
    {
        const int NoLeaderChange = -2;

        ImmutableArray<PartitionImage>.Builder partitions = PartitionsOf(record.TopicId);
        if ((uint)record.PartitionId >= (uint)partitions.Count)
            throw Damaged($"partition {record.PartitionId} of topic {record.TopicId} changes and is not there");

        PartitionImage before = partitions[record.PartitionId];
        bool hasLeaderChange = record.Leader != NoLeaderChange;
        partitions[record.PartitionId] = before with
        {
            Replicas = record.Replicas is { } replicas ? [.. replicas] : before.Replicas,
            InSyncReplicas = record.Isr is { } isr ? [.. isr] : before.InSyncReplicas,
            Leader = hasLeaderChange ? record.Leader : before.Leader,
            LeaderEpoch = hasLeaderChange ? before.LeaderEpoch + 1 : before.LeaderEpoch,
            PartitionEpoch = before.PartitionEpoch + 1,
        };
    }

    private void Apply(BrokerRegistrationChangeRecord record)
    {
        if (!_image.Brokers.TryGetValue(record.BrokerId, out BrokerImage? before))
            throw Damaged($"the node {record.BrokerId} changes and is not registered");

        BrokerImage after = record.Fenced == 0 ? before : before with { IsFenced = record.Fenced > 0 };
        _image = _image with { Brokers = _image.Brokers.SetItem(record.BrokerId, after) };
    }

    private void Apply(RemoveTopicRecord record)
    {
        if (!_image.TopicNamesById.TryGetValue(record.TopicId, out string? name))
            throw Damaged($"topic {record.TopicId} is removed and is not there");

        _changedTopics.Remove(record.TopicId);
        _image = _image with
        {
            Topics = _image.Topics.Remove(name),
            TopicNamesById = _image.TopicNamesById.Remove(record.TopicId),
            RemovedTopicIds = _image.RemovedTopicIds.Add(record.TopicId),
            Configs = _image.Configs.Remove(new ConfigResource(ConfigResourceType.Topic, name)),
        };
    }

    private void Apply(ConfigRecord record)
    {
        ConfigResource resource = new((ConfigResourceType)record.ResourceType, record.ResourceName);
        ImmutableSortedDictionary<string, string> before = _image.Configs.GetValueOrDefault(resource) ?? NoConfigs;
        ImmutableSortedDictionary<string, string> after = record.Value is { } value
            ? before.SetItem(record.Name, value)
            : before.Remove(record.Name);
        _image = _image with
        {
            Configs = after.IsEmpty ? _image.Configs.Remove(resource) : _image.Configs.SetItem(resource, after),
        };
    }

    private void Apply(ClientQuotaRecord record)
    {
        string? fault = QuotaEntity.Read(
            record.Entity.Select(name => (name.EntityType, name.EntityName)), out QuotaEntity entity);
        if (fault is not null)
            throw Damaged($"it has a quota of nobody ({fault})");

        ImmutableSortedDictionary<string, double> before =
            _image.ClientQuotas.GetValueOrDefault(entity, QuotaChange.None);
        ImmutableSortedDictionary<string, double> after =
            record.Remove ? before.Remove(record.Key) : before.SetItem(record.Key, record.Value);
        _image = _image with
        {
            ClientQuotas = after.IsEmpty
                ? _image.ClientQuotas.Remove(entity)
                : _image.ClientQuotas.SetItem(entity, after),
        };
    }

    private void Apply(UserScramCredentialRecord record) => _image = _image with
    {
        ScramCredentials = _image.ScramCredentials.SetItem(
            new ScramUser(record.Name, record.Mechanism),
            new ScramCredential([.. record.Salt], [.. record.StoredKey], [.. record.ServerKey], record.Iterations)),
    };

    private void Apply(RemoveUserScramCredentialRecord record)
    {
        ScramUser user = new(record.Name, record.Mechanism);
        if (!_image.ScramCredentials.ContainsKey(user))
            throw Damaged($"a credential of '{record.Name}' is removed and is not there");
        _image = _image with { ScramCredentials = _image.ScramCredentials.Remove(user) };
    }

    private ImmutableArray<PartitionImage>.Builder PartitionsOf(Guid topicId)
    {
        if (_changedTopics.TryGetValue(topicId, out ImmutableArray<PartitionImage>.Builder? partitions))
            return partitions;
        if (_image.FindTopic(topicId) is not { } topic)
            throw Damaged($"a partition of topic {topicId} changes, and the topic is not there");

        partitions = topic.Partitions.ToBuilder();
        _changedTopics.Add(topicId, partitions);
        return partitions;
    }
}
