using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells the nodes, topics and partitions, and creates missing topics where node and request allow
/// it.</summary>
internal sealed class MetadataHandler(BrokerParts parts) : ApiHandler<MetadataRequest, MetadataResponse>
{
    // In older versions an id has no place in the request, or none in the response.
    private const short FirstByTopicId = 12;

    /// <inheritdoc/>
    protected override async ValueTask<MetadataResponse> HandleAsync(
        MetadataRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.Version < FirstByTopicId && request.Topics?.Exists(IsById) == true)
            return RefuseIds(request);

        bool mayCreate = request.AllowAutoTopicCreation && parts.Options.AutoCreateTopics;
        if (mayCreate && FindMissing(request) is { Count: > 0 } missing)
        {
            await parts.Metadata
                .ChangeAsync(image => parts.Controller.CreateTopics(image, Creation(missing)), cancellationToken)
                .ConfigureAwait(false);
        }

        // What is committed and not yet opened here is not told: who reads of a topic can use it.
        TopicTable local = parts.Partitions.Current;
        return Answer(request, local.Image, local);
    }

    private static bool IsById(MetadataRequest.MetadataRequestTopic topic) =>
        topic.Name is null || topic.TopicId != Guid.Empty;

    private static MetadataResponse RefuseIds(MetadataRequest request) => new()
    {
        Topics =
        [
            .. request.Topics!.Select(topic => Refuse(topic.Name ?? "", topic.TopicId, ErrorCode.InvalidRequest)),
        ],
    };

    private static CreateTopicsRequest Creation(List<string> names)
    {
        CreateTopicsRequest request = new();
        foreach (string name in names)
        {
            request.Topics.Add(new CreateTopicsRequest.CreatableTopic
            {
                Name = name,
                NumPartitions = -1,
                ReplicationFactor = -1,
            });
        }

        return request;
    }

    private List<string>? FindMissing(MetadataRequest request)
    {
        if (request.Topics is not { } topics)
            return null;

        ClusterImage image = parts.Metadata.Image;
        List<string>? missing = null;
        foreach (MetadataRequest.MetadataRequestTopic topic in topics)
        {
            if (topic.Name is { } name && topic.TopicId == Guid.Empty && image.FindTopic(name) is null
                && !TopicNames.IsInternal(name) && TopicNames.FindFault(name) is null)
            {
                (missing ??= []).Add(name);
            }
        }

        return missing;
    }

    private MetadataResponse Answer(MetadataRequest request, ClusterImage image, TopicTable local)
    {
        MetadataResponse response = new()
        {
            ClusterId = parts.Directory.ClusterId,
            ControllerId = parts.ControllerId,
        };
        foreach (BrokerImage broker in image.Brokers.Values.Where(broker => !broker.IsFenced))
        {
            // A listener, where there is one, puts its own address in place of this one.
            response.Brokers.Add(new MetadataResponse.MetadataResponseBroker
            {
                NodeId = broker.NodeId,
                Host = "localhost",
                Rack = broker.Rack,
            });
        }

        // The oldest version has no null.
        if (request.Topics is null || (request.Version == 0 && request.Topics.Count == 0))
        {
            foreach (TopicImage topic in image.Topics.Values)
                response.Topics.Add(Describe(topic, local));
        }
        else
        {
            foreach (MetadataRequest.MetadataRequestTopic asked in request.Topics)
                response.Topics.Add(Find(asked, image, local));
        }

        return response;
    }

    private MetadataResponse.MetadataResponseTopic Find(
        MetadataRequest.MetadataRequestTopic asked, ClusterImage image, TopicTable local)
    {
        if (asked.TopicId != Guid.Empty)
        {
            return image.FindTopic(asked.TopicId) is { } byId
                ? Describe(byId, local)
                : Refuse(name: null, asked.TopicId, ErrorCode.UnknownTopicId);
        }

        if (asked.Name is not { } name)
            return Refuse(name: null, asked.TopicId, ErrorCode.InvalidRequest);
        if (image.FindTopic(name) is { } topic)
            return Describe(topic, local);

        return Refuse(
            name,
            asked.TopicId,
            TopicNames.FindFault(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic);
    }

    private static MetadataResponse.MetadataResponseTopic Refuse(string? name, Guid topicId, ErrorCode error) => new()
    {
        Name = name,
        TopicId = topicId,
        ErrorCode = error,
        IsInternal = name is not null && TopicNames.IsInternal(name),
    };

    private MetadataResponse.MetadataResponseTopic Describe(TopicImage topic, TopicTable local)
    {
        LocalTopic? here = local.Find(topic.TopicId);
        MetadataResponse.MetadataResponseTopic answer = new()
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            IsInternal = topic.IsInternal,
            Partitions = new List<MetadataResponse.MetadataResponsePartition>(topic.Partitions.Length),
        };
        for (int i = 0; i < topic.Partitions.Length; i++)
        {
            PartitionImage partition = topic.Partitions[i];
            MetadataResponse.MetadataResponsePartition described = new()
            {
                ErrorCode = partition.Leader == PartitionImage.NoLeader ? ErrorCode.LeaderNotAvailable : ErrorCode.None,
                PartitionIndex = i,
                LeaderId = partition.Leader,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = [.. partition.Replicas],
                IsrNodes = [.. partition.InSyncReplicas],
            };

            // Still named with its leader: who asks that one is told which file is damaged, and not just to try again.
            if (here?.Find(i) is { Failure: not null })
                described.OfflineReplicas.Add(parts.NodeId);
            described.OfflineReplicas.AddRange(partition.Replicas.Where(
                replica => !local.Image.IsActive(replica) && !described.OfflineReplicas.Contains(replica)));
            answer.Partitions.Add(described);
        }

        return answer;
    }
}
