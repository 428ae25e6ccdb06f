using System.Collections.Immutable;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about incremental changes of settings: those of one resource all come, or none.</summary>
internal static class ConfigChange
{
    /// <summary>Decides.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="node">What topics begin with.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<IncrementalAlterConfigsResponse> Decide(
        ClusterImage image, NodeConfigs node, IncrementalAlterConfigsRequest request)
    {
        List<IMetadataRecord> records = [];
        IncrementalAlterConfigsResponse response = new();
        HashSet<ConfigResource> duplicates = [.. request.Resources
            .GroupBy(NameOf)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)];
        foreach (IncrementalAlterConfigsRequest.AlterConfigsResource resource in request.Resources)
        {
            ConfigResource named = NameOf(resource);
            ControllerError? refused = duplicates.Contains(named)
                ? new ControllerError(
                    ErrorCode.InvalidRequest, $"'{named.Name}' stands in the request more than once.")
                : FindFormFault(resource.Configs) ?? Decide(image, node, named, resource.Configs, records);
            response.Responses.Add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
                ErrorCode = refused?.Code ?? ErrorCode.None,
                ErrorMessage = refused?.Message,
            });
        }

        return new Decision<IncrementalAlterConfigsResponse>(request.ValidateOnly ? [] : records, response);
    }

    private static ConfigResource NameOf(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        new((ConfigResourceType)resource.ResourceType, resource.ResourceName);

    private static ControllerError? FindFormFault(List<IncrementalAlterConfigsRequest.AlterableConfig> changes)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (IncrementalAlterConfigsRequest.AlterableConfig change in changes)
        {
            if (!seen.Add(change.Name))
                return new ControllerError(ErrorCode.InvalidRequest, $"'{change.Name}' is changed more than once.");
            if (change.ConfigOperation is < (sbyte)ConfigOperation.Set or > (sbyte)ConfigOperation.Subtract)
            {
                return new ControllerError(
                    ErrorCode.InvalidRequest, $"There is no config operation {change.ConfigOperation}. Use 0 to 3.");
            }

            if (change.Value is null && change.ConfigOperation != (sbyte)ConfigOperation.Delete)
            {
                return new ControllerError(
                    ErrorCode.InvalidRequest, $"'{change.Name}' has no value. To take it away, delete it.");
            }
        }

        return null;
    }

    private static ControllerError? Decide(
        ClusterImage image,
        NodeConfigs node,
        ConfigResource resource,
        List<IncrementalAlterConfigsRequest.AlterableConfig> changes,
        List<IMetadataRecord> records)
    {
        if (resource.Type == ConfigResourceType.Group)
            return GroupConfigs.Decide(image, node, resource, changes, records);
        if (resource.Type != ConfigResourceType.Topic)
        {
            return new ControllerError(
                ErrorCode.InvalidRequest,
                Enum.IsDefined(resource.Type)
                    ? "Only the settings of topics and of groups can be changed. A node's are its options."
                    : $"There is no resource type {(sbyte)resource.Type}.");
        }

        if (resource.Name.Length == 0)
            return new ControllerError(ErrorCode.InvalidRequest, "There are no settings of all topics. Name one.");
        if (TopicNames.FindFault(resource.Name) is { } fault)
            return new ControllerError(ErrorCode.InvalidTopic, fault);
        if (!image.Topics.ContainsKey(resource.Name))
            return new ControllerError(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{resource.Name}'.");

        ImmutableSortedDictionary<string, string> before = image.ConfigsOf(resource.Type, resource.Name);
        ImmutableSortedDictionary<string, string> after = before;
        List<IMetadataRecord> own = [];
        foreach (IncrementalAlterConfigsRequest.AlterableConfig change in changes)
        {
            if (TryChange(before, node, change, out string? value) is { } refused)
                return refused;
            if (before.GetValueOrDefault(change.Name) == value)
                continue;
            after = value is null ? after.Remove(change.Name) : after.SetItem(change.Name, value);

            own.Add(new ConfigRecord
            {
                ResourceType = (sbyte)resource.Type,
                ResourceName = resource.Name,
                Name = change.Name,
                Value = value,
            });
        }

        if (node.FindConflict(after) is { } conflict)
            return new ControllerError(ErrorCode.InvalidConfig, conflict);

        records.AddRange(own);
        return null;
    }

    private static ControllerError? TryChange(
        ImmutableSortedDictionary<string, string> before,
        NodeConfigs node,
        IncrementalAlterConfigsRequest.AlterableConfig change,
        out string? value)
    {
        value = null;
        ConfigOperation operation = (ConfigOperation)change.ConfigOperation;
        if (operation == ConfigOperation.Delete)
            return null; // Also of a setting that there is not: what nobody has made is gone already, as in Kafka.
        if (TopicConfigs.Find(change.Name) is not { } definition)
            return TopicCreation.FindConfigFault(change.Name, change.Value);

        switch (operation)
        {
            case ConfigOperation.Set:
                value = change.Value?.Trim();
                break;
            case ConfigOperation.Append or ConfigOperation.Subtract when definition.Type != ConfigType.List:
                return new ControllerError(
                    ErrorCode.InvalidConfig,
                    $"'{change.Name}' is no list, so nothing can be added to it or taken out. Set it.");
            default:
                string[] now = ConfigDefinition.Split(
                    before.GetValueOrDefault(change.Name) ?? node.Get(definition).Value);
                string[] texts = ConfigDefinition.Split(change.Value!);
                value = string.Join(',', operation == ConfigOperation.Append ? now.Union(texts) : now.Except(texts));
                break;
        }

        return TopicCreation.FindConfigFault(change.Name, value);
    }
}
