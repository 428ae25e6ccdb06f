using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>Brings the topics that the node's options declare into being, and in line with the options.</summary>
internal static class DeclaredTopics
{
    /// <summary>Creates missing topics, adds missing partitions, and makes the settings.</summary>
    /// <param name="options">The node's options.</param>
    /// <param name="metadata">The metadata.</param>
    /// <param name="controller">Who decides.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when all topics can be used.</returns>
    /// <exception cref="StreamLogException">A declaration is not legal: the message names the topic.</exception>
    public static async ValueTask ApplyAsync(
        StreamLogOptions options, ClusterMetadata metadata, Controller controller, CancellationToken cancellationToken)
    {
        CreateTopicsRequest create = new();
        CreatePartitionsRequest grow = new();
        IncrementalAlterConfigsRequest alter = new();
        foreach ((string name, TopicOptions topic) in options.Topics)
        {
            if (metadata.Image.FindTopic(name) is not { } existing)
            {
                create.Topics.Add(Creation(name, topic));
                continue;
            }

            if (topic.Partitions > existing.Partitions.Length)
            {
                grow.Topics.Add(new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = name,
                    Count = topic.Partitions.Value,
                    Assignments = null,
                });
            }

            alter.Resources.Add(Change(name, topic));
        }

        CreateTopicsResponse created = await metadata
            .ChangeAsync(image => controller.CreateTopics(image, create), cancellationToken).ConfigureAwait(false);
        foreach (CreateTopicsResponse.CreatableTopicResult result in created.Topics)
            ThrowIfRefused(result.Name, result.ErrorCode, result.ErrorMessage);

        CreatePartitionsResponse grown = await metadata
            .ChangeAsync(image => Controller.CreatePartitions(image, grow), cancellationToken).ConfigureAwait(false);
        foreach (CreatePartitionsResponse.CreatePartitionsTopicResult result in grown.Results)
            ThrowIfRefused(result.Name, result.ErrorCode, result.ErrorMessage);

        IncrementalAlterConfigsResponse altered = await metadata
            .ChangeAsync(image => controller.AlterConfigs(image, alter), cancellationToken).ConfigureAwait(false);
        foreach (IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result in altered.Responses)
            ThrowIfRefused(result.ResourceName, result.ErrorCode, result.ErrorMessage);
    }

    private static CreateTopicsRequest.CreatableTopic Creation(string name, TopicOptions topic)
    {
        CreateTopicsRequest.CreatableTopic creation = new()
        {
            Name = name,
            NumPartitions = topic.Partitions ?? -1,
            ReplicationFactor = -1,
        };
        foreach ((string config, string value) in TopicOptionConfigs.Of(topic))
            creation.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = config, Value = value });

        return creation;
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource Change(string name, TopicOptions topic)
    {
        IncrementalAlterConfigsRequest.AlterConfigsResource resource = new()
        {
            ResourceType = (sbyte)ConfigResourceType.Topic,
            ResourceName = name,
        };
        foreach ((string config, string value) in TopicOptionConfigs.Of(topic))
        {
            resource.Configs.Add(new IncrementalAlterConfigsRequest.AlterableConfig
            {
                Name = config,
                ConfigOperation = (sbyte)ConfigOperation.Set,
                Value = value,
            });
        }

        return resource;
    }

    private static void ThrowIfRefused(string topic, ErrorCode error, string? message)
    {
        if (error == ErrorCode.None)
            return;

        throw new StreamLogException(
            error, $"The topic '{topic}' of the options cannot be as it is declared. {message}");
    }
}
