using System.Collections.Immutable;
using System.Globalization;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells the settings of topics and of this node, and where each value comes from.</summary>
internal sealed class DescribeConfigsHandler(BrokerParts parts)
    : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeConfigsResponse> HandleAsync(
        DescribeConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ClusterImage image = parts.Metadata.Image;
        DescribeConfigsResponse response = new();
        foreach (DescribeConfigsRequest.DescribeConfigsResource resource in request.Resources)
        {
            DescribeConfigsResponse.DescribeConfigsResult result = new()
            {
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
                ErrorMessage = null,
            };
            response.Results.Add(result);
            Fill(result, resource, request, image);
        }

        return new ValueTask<DescribeConfigsResponse>(response);
    }

    private void Fill(
        DescribeConfigsResponse.DescribeConfigsResult result,
        DescribeConfigsRequest.DescribeConfigsResource resource,
        DescribeConfigsRequest request,
        ClusterImage image)
    {
        switch ((ConfigResourceType)resource.ResourceType)
        {
            case ConfigResourceType.Topic when image.FindTopic(resource.ResourceName) is not null:
                FillTopic(result, resource, request, image);
                break;
            case ConfigResourceType.Topic:
                result.ErrorCode = TopicNames.FindFault(resource.ResourceName) is null
                    ? ErrorCode.UnknownTopicOrPartition
                    : ErrorCode.InvalidTopic;
                result.ErrorMessage = $"There is no topic '{resource.ResourceName}'.";
                break;
            case ConfigResourceType.Broker when FindNode(resource.ResourceName, image) is { } nodeId:
                NodeDescription node = new(parts, nodeId, request);
                result.Configs.AddRange(node.Describe().Where(config => IsAskedFor(resource, config.Name)));
                break;
            case ConfigResourceType.Broker when resource.ResourceName.Length == 0:
                // What was set for all nodes at once: nothing can be. Their settings are their options.
                break;
            case ConfigResourceType.BrokerLogger when FindNode(resource.ResourceName, image) is not null:
                // Which levels are logged is a matter of the application's own configuration.
                break;
            case ConfigResourceType.ClientMetrics when resource.ResourceName.Length > 0:
                break;
            case ConfigResourceType.Group when resource.ResourceName.Length > 0:
                foreach ((string name, string value) in parts.NodeConfigs.GroupDefaults)
                {
                    if (IsAskedFor(resource, name))
                    {
                        result.Configs.Add(DescribeGroup(
                            name, value, resource.ResourceName, image, request.IncludeSynonyms));
                    }
                }

                break;
            default:
                result.ErrorCode = ErrorCode.InvalidRequest;
                result.ErrorMessage =
                    $"'{resource.ResourceName}' of kind {resource.ResourceType} has no settings here. " +
                    $"Topics, groups and the node {parts.NodeId} have.";
                break;
        }
    }

    private static int? FindNode(string name, ClusterImage image) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && image.Brokers.ContainsKey(id)
            ? id
            : null;

    private void FillTopic(
        DescribeConfigsResponse.DescribeConfigsResult result,
        DescribeConfigsRequest.DescribeConfigsResource resource,
        DescribeConfigsRequest request,
        ClusterImage image)
    {
        ImmutableSortedDictionary<string, string> own =
            image.ConfigsOf(ConfigResourceType.Topic, resource.ResourceName);
        foreach (ConfigDefinition definition in TopicConfigs.All)
        {
            if (IsAskedFor(resource, definition.Name))
                result.Configs.Add(Describe(definition, request, own));
        }
    }

    private static bool IsAskedFor(DescribeConfigsRequest.DescribeConfigsResource resource, string name) =>
        resource.ConfigurationKeys is not { Count: > 0 } keys || keys.Contains(name);

    private DescribeConfigsResponse.DescribeConfigsResourceResult Describe(
        ConfigDefinition definition, DescribeConfigsRequest request, ImmutableSortedDictionary<string, string> own)
    {
        (string nodeValue, ConfigSource nodeSource) = parts.NodeConfigs.Get(definition);
        bool isOwn = own.TryGetValue(definition.Name, out string? ownValue);
        DescribeConfigsResponse.DescribeConfigsResourceResult described = new()
        {
            Name = definition.Name,
            Value = isOwn ? ownValue : nodeValue,
            ConfigSource = (sbyte)(isOwn ? ConfigSource.Topic : nodeSource),
            ConfigType = (sbyte)definition.Type,
            Documentation = request.IncludeDocumentation ? definition.Documentation : null,
        };
        if (!request.IncludeSynonyms)
            return described;

        if (isOwn)
            described.Synonyms.Add(Synonym(definition.Name, ownValue!, ConfigSource.Topic));
        if (nodeSource == ConfigSource.NodeOptions)
            described.Synonyms.Add(Synonym(definition.NodeName ?? definition.Name, nodeValue, nodeSource));
        if (definition.NodeName is { } nodeName)
            described.Synonyms.Add(Synonym(nodeName, definition.Default, ConfigSource.Default));
        return described;
    }

    internal static DescribeConfigsResponse.DescribeConfigsSynonym Synonym(
        string name, string value, ConfigSource source) =>
        new() { Name = name, Value = value, Source = (sbyte)source };

    private static DescribeConfigsResponse.DescribeConfigsResourceResult DescribeGroup(
        string name, string value, string group, ClusterImage image, bool includesSynonyms)
    {
        string? own = image.ConfigsOf(ConfigResourceType.Group, group).GetValueOrDefault(name);
        ConfigSource nodeSource =
            value == GroupConfigs.Defaults[name] ? ConfigSource.Default : ConfigSource.NodeOptions;
        return new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = name,
            Value = own ?? value,
            ConfigSource = (sbyte)(own is null ? nodeSource : ConfigSource.Group),
            ConfigType = (sbyte)(GroupConfigs.IsNumber(name) ? ConfigType.Int32 : ConfigType.Text),
            Documentation = null,
            Synonyms = includesSynonyms ? [.. SynonymsOf(name, own, value)] : [],
        };
    }

    private static IEnumerable<DescribeConfigsResponse.DescribeConfigsSynonym> SynonymsOf(
        string name, string? own, string value)
    {
        if (own is not null)
            yield return Synonym(name, own, ConfigSource.Group);
        string byDefault = GroupConfigs.Defaults[name];
        if (value != byDefault)
            yield return Synonym("group." + name, value, ConfigSource.NodeOptions);
        yield return Synonym("group." + name, byDefault, ConfigSource.Default);
    }
}
