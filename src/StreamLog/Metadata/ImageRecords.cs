using StreamLog.Authentication;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Turns an image back into records: those of a snapshot, from which the same image follows.</summary>
/// <remarks>Stateless. The order is Kafka's, in which nothing comes before what it refers to.</remarks>
internal static class ImageRecords
{
    /// <summary>Lists the records of an image.</summary>
    /// <param name="image">The image.</param>
    /// <returns>The records, made as they are asked for.</returns>
    public static IEnumerable<IMetadataRecord> Of(ClusterImage image)
    {
        foreach ((string name, short level) in image.Features)
            yield return new FeatureLevelRecord { Name = name, FeatureLevel = level };

        foreach (BrokerImage broker in image.Brokers.Values)
            yield return Registration(broker);

        foreach (TopicImage topic in image.Topics.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            yield return new TopicRecord { Name = topic.Name, TopicId = topic.TopicId };
            for (int partition = 0; partition < topic.Partitions.Length; partition++)
                yield return Partition(topic, partition);
        }

        foreach (IMetadataRecord record in Removed(image))
            yield return record;

        foreach ((ConfigResource resource, string name, string value) in Configs(image))
        {
            yield return new ConfigRecord
            {
                ResourceType = (sbyte)resource.Type,
                ResourceName = resource.Name,
                Name = name,
                Value = value,
            };
        }

        foreach ((ScramUser user, ScramCredential credential) in image.ScramCredentials)
            yield return ScramChange.Record(user, credential);

        foreach (ClientQuotaRecord quota in Quotas(image))
            yield return quota;

        foreach ((Guid id, AccessRule rule) in image.AccessRules.OrderBy(rule => rule.Key))
            yield return rule.ToRecord(id);

        if (image.NextProducerId > 0)
            yield return NextProducerId(image);
    }

    private static RegisterBrokerRecord Registration(BrokerImage broker) => new()
    {
        BrokerId = broker.NodeId,
        IncarnationId = broker.IncarnationId,
        BrokerEpoch = broker.BrokerEpoch,
        Rack = broker.Rack,
        Fenced = broker.IsFenced,
        LogDirs = [.. broker.DirectoryIds],
    };

    private static PartitionRecord Partition(TopicImage topic, int number)
    {
        PartitionImage partition = topic.Partitions[number];
        return new PartitionRecord
        {
            TopicId = topic.TopicId,
            PartitionId = number,
            Replicas = [.. partition.Replicas],
            Isr = [.. partition.InSyncReplicas],
            Leader = partition.Leader,
            LeaderEpoch = partition.LeaderEpoch,
            PartitionEpoch = partition.PartitionEpoch,
        };
    }

    // Kafka has no record that says of an unknown topic that it was deleted. So it is created and removed again, under
    // a name that is free.
    private static IEnumerable<IMetadataRecord> Removed(ClusterImage image)
    {
        string name = "deleted";
        while (image.Topics.ContainsKey(name))
            name += "-";

        foreach (Guid topicId in image.RemovedTopicIds.Order())
        {
            yield return new TopicRecord { Name = name, TopicId = topicId };
            yield return new RemoveTopicRecord { TopicId = topicId };
        }
    }

    private static IEnumerable<(ConfigResource Resource, string Name, string Value)> Configs(ClusterImage image) =>
        image.Configs
            .OrderBy(resource => resource.Key.Type)
            .ThenBy(resource => resource.Key.Name, StringComparer.Ordinal)
            .SelectMany(resource => resource.Value.Select(config => (resource.Key, config.Key, config.Value)));

    private static IEnumerable<ClientQuotaRecord> Quotas(ClusterImage image) => image.ClientQuotas
        .OrderBy(quotas => quotas.Key.User, StringComparer.Ordinal)
        .ThenBy(quotas => quotas.Key.ClientId, StringComparer.Ordinal)
        .SelectMany(quotas => quotas.Value.Select(quota => quotas.Key.ToRecord(quota.Key, quota.Value)));

    private static ProducerIdsRecord NextProducerId(ClusterImage image) => new()
    {
        BrokerId = image.Brokers.IsEmpty ? -1 : image.Brokers.Keys.First(),
        BrokerEpoch = image.Brokers.IsEmpty ? -1 : image.Brokers.Values.First().BrokerEpoch,
        NextProducerId = image.NextProducerId,
    };
}
