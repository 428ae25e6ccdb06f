using System.Globalization;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which things have settings: topics and nodes all, groups those for which one was made.</summary>
internal sealed class ListConfigResourcesHandler(BrokerParts parts)
    : ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>
{
    private static readonly ConfigResourceType[] All =
    [
        ConfigResourceType.Topic, ConfigResourceType.Broker, ConfigResourceType.BrokerLogger,
        ConfigResourceType.ClientMetrics, ConfigResourceType.Group,
    ];

    /// <inheritdoc/>
    protected override ValueTask<ListConfigResourcesResponse> HandleAsync(
        ListConfigResourcesRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // The first version knew of client metrics alone.
        ConfigResourceType[] asked = request.Version == 0
            ? [ConfigResourceType.ClientMetrics]
            : request.ResourceTypes.Count == 0
                ? All
                : [.. request.ResourceTypes.Select(type => (ConfigResourceType)type).Distinct()];
        ListConfigResourcesResponse response = new();
        if (asked.Except(All).Any())
        {
            response.ErrorCode = ErrorCode.UnsupportedVersion;
            return new ValueTask<ListConfigResourcesResponse>(response);
        }

        ClusterImage image = parts.Metadata.Image;
        foreach (ConfigResourceType type in asked)
        {
            foreach (string name in NamesOf(type, image).Order(StringComparer.Ordinal))
            {
                response.ConfigResources.Add(new ListConfigResourcesResponse.ConfigResource
                {
                    ResourceName = name,
                    ResourceType = (sbyte)type,
                });
            }
        }

        return new ValueTask<ListConfigResourcesResponse>(response);
    }

    private static IEnumerable<string> NamesOf(ConfigResourceType type, ClusterImage image) => type switch
    {
        ConfigResourceType.Topic => image.Topics.Keys,
        ConfigResourceType.Broker or ConfigResourceType.BrokerLogger =>
            image.Brokers.Keys.Select(id => id.ToString(CultureInfo.InvariantCulture)),
        ConfigResourceType.Group =>
            image.Configs.Keys.Where(resource => resource.Type == type).Select(resource => resource.Name),
        _ => [],
    };
}
