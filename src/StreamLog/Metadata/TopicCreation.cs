using System.Collections.Immutable;
using System.Globalization;
using StreamLog.Protocol.Compression;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about one request to create topics: each topic is created whole or refused alone.</summary>
/// <remarks>Not thread-safe. Made for one decision. It does no I/O and knows no time.</remarks>
internal sealed class TopicCreation
{
    /// <summary>How many partitions one request may create, as in Kafka: they are committed in one batch.</summary>
    public const int PartitionsMax = 10_000;

    private const int DefaultReplicasMax = 3;

    private readonly ClusterImage _image;
    private readonly NodeConfigs _node;
    private readonly int _defaultPartitions;
    private readonly Func<Guid> _newId;
    private readonly ImmutableArray<int> _nodes;
    private readonly List<IMetadataRecord> _records = [];
    private readonly List<string> _created = [];
    private int _partitionCount;

    /// <summary>Begins a decision.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="node">What topics begin with.</param>
    /// <param name="defaultPartitions">How many partitions a topic gets that asks for -1.</param>
    /// <param name="newId">Gives ids to new topics.</param>
    public TopicCreation(ClusterImage image, NodeConfigs node, int defaultPartitions, Func<Guid> newId)
    {
        _image = image;
        _node = node;
        _defaultPartitions = defaultPartitions;
        _newId = newId;
        _nodes = [.. image.Brokers.Keys.Where(image.IsActive)];
    }

    /// <summary>Decides.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public Decision<CreateTopicsResponse> Decide(CreateTopicsRequest request)
    {
        HashSet<string> duplicates = [.. request.Topics
            .GroupBy(topic => topic.Name, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)];
        CreateTopicsResponse response = new();
        foreach (CreateTopicsRequest.CreatableTopic topic in request.Topics.DistinctBy(topic => topic.Name))
        {
            response.Topics.Add(duplicates.Contains(topic.Name)
                ? Refuse(topic, new ControllerError(
                    ErrorCode.InvalidRequest, $"The topic '{topic.Name}' stands in the request more than once."))
                : Decide(topic, request.ValidateOnly));
        }

        return new Decision<CreateTopicsResponse>(request.ValidateOnly ? [] : _records, response);
    }

    /// <summary>Tells how many replicas the partitions of a topic get that asks for -1: as many as there are active
    /// nodes, and at most three, so that a node may go without taking a partition along.</summary>
    /// <param name="image">What is there.</param>
    /// <returns>The number.</returns>
    public static int DefaultReplicas(ClusterImage image) =>
        Math.Min(DefaultReplicasMax, image.Brokers.Keys.Count(image.IsActive));

    private static CreateTopicsResponse.CreatableTopicResult Refuse(
        CreateTopicsRequest.CreatableTopic topic, ControllerError error) => new()
        {
            Name = topic.Name,
            ErrorCode = error.Code,
            ErrorMessage = error.Message,
        };

    private CreateTopicsResponse.CreatableTopicResult Decide(
        CreateTopicsRequest.CreatableTopic topic, bool validateOnly)
    {
        if ((FindNameFault(topic.Name) ?? FindCountFault(topic) ?? FindConfigFault(topic)) is { } refused)
            return Refuse(topic, refused);

        List<List<int>> placement = [];
        if (topic.Assignments.Count > 0)
        {
            if (FindAssignmentFault(topic.Assignments) is { } fault)
                return Refuse(topic, fault);
            placement.AddRange(topic.Assignments.OrderBy(a => a.PartitionIndex).Select(a => a.BrokerIds));
        }
        else
        {
            int count = topic.NumPartitions == -1 ? _defaultPartitions : topic.NumPartitions;
            int factor = topic.ReplicationFactor == -1 ? DefaultReplicas(_image) : topic.ReplicationFactor;
            for (int partition = 0; partition < count; partition++)
                placement.Add(ReplicaPlacement.Place(_nodes, partition, factor));
        }

        if ((_partitionCount += placement.Count) > PartitionsMax)
        {
            return Refuse(topic, new ControllerError(
                ErrorCode.PolicyViolation,
                $"One request creates at most {PartitionsMax} partitions. Create the topic with fewer, and add " +
                "more later."));
        }

        return Create(topic, placement, validateOnly);
    }

    private CreateTopicsResponse.CreatableTopicResult Create(
        CreateTopicsRequest.CreatableTopic topic, List<List<int>> placement, bool validateOnly)
    {
        Guid topicId = validateOnly ? Guid.Empty : _newId();
        _created.Add(topic.Name);
        _records.Add(new TopicRecord { Name = topic.Name, TopicId = topicId });
        foreach (CreateTopicsRequest.CreatableTopicConfig config in topic.Configs)
        {
            _records.Add(new ConfigRecord
            {
                ResourceType = (sbyte)ConfigResourceType.Topic,
                ResourceName = topic.Name,
                Name = config.Name,
                Value = config.Value!.Trim(),
            });
        }

        for (int partition = 0; partition < placement.Count; partition++)
            _records.Add(NewPartition(topicId, partition, placement[partition]));

        return new CreateTopicsResponse.CreatableTopicResult
        {
            Name = topic.Name,
            TopicId = topicId,
            ErrorMessage = null,
            NumPartitions = placement.Count,
            ReplicationFactor = (short)placement[0].Count,
            Configs = [.. DescribeConfigs(topic)],
        };
    }

    /// <summary>Returns the record of a partition that is new.</summary>
    /// <param name="topicId">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="replicas">Its nodes, the first of which leads.</param>
    /// <returns>The record.</returns>
    public static PartitionRecord NewPartition(Guid topicId, int partition, List<int> replicas) => new()
    {
        TopicId = topicId,
        PartitionId = partition,
        Replicas = replicas,
        Isr = [.. replicas],
        Leader = replicas[0],
        LeaderEpoch = 0,
        PartitionEpoch = 0,
    };

    private ControllerError? FindNameFault(string name)
    {
        if (TopicNames.FindFault(name) is { } fault)
        {
            // A good name in itself, and nobody's to give, as in Kafka.
            return new ControllerError(
                name == TopicNames.ClusterMetadata ? ErrorCode.InvalidRequest : ErrorCode.InvalidTopic, fault);
        }

        if (_image.Topics.ContainsKey(name))
            return new ControllerError(ErrorCode.TopicAlreadyExists, $"The topic '{name}' is there already.");

        string? other = _image.Topics.Keys.Concat(_created).FirstOrDefault(taken => TopicNames.Collide(taken, name));
        return other is null
            ? null
            : new ControllerError(
                ErrorCode.InvalidTopic,
                $"The topic '{name}' would collide with '{other}', because metrics cannot tell '.' and '_' apart.");
    }

    private ControllerError? FindCountFault(CreateTopicsRequest.CreatableTopic topic)
    {
        if (topic.Assignments.Count > 0)
        {
            return topic.NumPartitions == -1 && topic.ReplicationFactor == -1
                ? null
                : new ControllerError(
                    ErrorCode.InvalidRequest,
                    "Where replicas are assigned by hand, the number of partitions and the replication factor must " +
                    "be -1.");
        }

        if (topic.NumPartitions is 0 or < -1)
        {
            return new ControllerError(
                ErrorCode.InvalidPartitions,
                $"A topic cannot have {topic.NumPartitions} partitions. Use at least 1, or -1 for the node's default.");
        }

        if (topic.ReplicationFactor is 0 or < -1)
        {
            return new ControllerError(
                ErrorCode.InvalidReplicationFactor,
                $"The replication factor cannot be {topic.ReplicationFactor}. Use at least 1, or -1 for the default.");
        }

        if (topic.NumPartitions > PartitionsMax)
        {
            return new ControllerError(
                ErrorCode.PolicyViolation,
                $"One request creates at most {PartitionsMax} partitions. Create the topic with fewer, and add " +
                "more later.");
        }

        return topic.ReplicationFactor <= _nodes.Length
            ? null
            : new ControllerError(
                ErrorCode.InvalidReplicationFactor,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{topic.ReplicationFactor} replicas need as many nodes, and there are {_nodes.Length}."));
    }

    private ControllerError? FindAssignmentFault(List<CreateTopicsRequest.CreatableReplicaAssignment> assignments)
    {
        HashSet<int> seen = [];
        int factor = assignments[0].BrokerIds.Count;
        foreach (CreateTopicsRequest.CreatableReplicaAssignment assignment in assignments)
        {
            if (!seen.Add(assignment.PartitionIndex) || (uint)assignment.PartitionIndex >= (uint)assignments.Count)
            {
                return new ControllerError(
                    ErrorCode.InvalidReplicaAssignment,
                    "The partitions must be numbered from 0 on, each of them once.");
            }

            if (FindPlacementFault(assignment.BrokerIds, factor, _nodes) is { } fault)
                return fault;
        }

        return null;
    }

    /// <summary>Says what is wrong with replicas that were assigned by hand.</summary>
    /// <param name="replicas">The nodes.</param>
    /// <param name="factor">How many the topic's other partitions have.</param>
    /// <param name="nodes">The nodes there are.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static ControllerError? FindPlacementFault(List<int> replicas, int factor, IReadOnlyCollection<int> nodes)
    {
        string? fault = replicas switch
        {
            { Count: 0 } => "A partition needs at least one replica.",
            _ when replicas.Count != factor => "All partitions of a topic must have the same number of replicas.",
            _ when replicas.Distinct().Count() != replicas.Count => "A node keeps at most one replica of a partition.",
            _ when replicas.Any(id => !nodes.Contains(id)) => "A replica is assigned to a node that is not there.",
            _ => null,
        };
        return fault is null ? null : new ControllerError(ErrorCode.InvalidReplicaAssignment, fault);
    }

    private ControllerError? FindConfigFault(CreateTopicsRequest.CreatableTopic topic)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (CreateTopicsRequest.CreatableTopicConfig config in topic.Configs)
        {
            if (!seen.Add(config.Name))
            {
                return new ControllerError(
                    ErrorCode.InvalidConfig, $"The setting '{config.Name}' is given more than once.");
            }

            if (FindConfigFault(config.Name, config.Value) is { } fault)
                return fault;
        }

        string? conflict = _node.FindConflict(topic.Configs.ToDictionary(
            config => config.Name, config => config.Value!, StringComparer.Ordinal));
        return conflict is null ? null : new ControllerError(ErrorCode.InvalidConfig, conflict);
    }

    /// <summary>Says what is wrong with one setting of a topic.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static ControllerError? FindConfigFault(string name, string? value)
    {
        if (TopicConfigs.FindFault(name, value) is { } fault)
            return new ControllerError(ErrorCode.InvalidConfig, fault);
        if (name == TopicConfigs.Compression
            && TopicSettings.CompressionOf(value!.Trim()) is { } codec && !CompressionCodecs.IsAvailable(codec))
        {
            return new ControllerError(
                ErrorCode.InvalidConfig,
                $"There is no codec for '{value}' on this node. Register one with CompressionCodecs.Register.");
        }

        return null;
    }

    private IEnumerable<CreateTopicsResponse.CreatableTopicConfigs> DescribeConfigs(
        CreateTopicsRequest.CreatableTopic topic)
    {
        foreach (ConfigDefinition definition in TopicConfigs.All)
        {
            string? own = topic.Configs.Find(config => config.Name == definition.Name)?.Value;
            (string value, ConfigSource source) =
                own is null ? _node.Get(definition) : (own.Trim(), ConfigSource.Topic);
            yield return new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = definition.Name,
                Value = value,
                ConfigSource = (sbyte)source,
            };
        }
    }
}
