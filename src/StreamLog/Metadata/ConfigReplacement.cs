using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about settings that take the place of all that a resource had: Kafka's older way, which is told
/// here in the words of the incremental one. Stateless.</summary>
internal static class ConfigReplacement
{
    /// <summary>Decides.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="node">What topics begin with.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<AlterConfigsResponse> Decide(
        ClusterImage image, NodeConfigs node, AlterConfigsRequest request)
    {
        IncrementalAlterConfigsRequest changes = new() { ValidateOnly = request.ValidateOnly };
        foreach (AlterConfigsRequest.AlterConfigsResource resource in request.Resources)
            changes.Resources.Add(InSteps(image, resource));

        Decision<IncrementalAlterConfigsResponse> decision = ConfigChange.Decide(image, node, changes);
        AlterConfigsResponse response = new();
        foreach (IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result in decision.Response.Responses)
        {
            response.Responses.Add(new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ResourceType = result.ResourceType,
                ResourceName = result.ResourceName,
                ErrorCode = result.ErrorCode,
                ErrorMessage = result.ErrorMessage,
            });
        }

        return new Decision<AlterConfigsResponse>(decision.Records, response);
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource InSteps(
        ClusterImage image, AlterConfigsRequest.AlterConfigsResource resource)
    {
        IncrementalAlterConfigsRequest.AlterConfigsResource steps = new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
        };
        foreach (AlterConfigsRequest.AlterableConfig config in resource.Configs)
        {
            steps.Configs.Add(new IncrementalAlterConfigsRequest.AlterableConfig
            {
                Name = config.Name,
                ConfigOperation = (sbyte)ConfigOperation.Set,
                Value = config.Value,
            });
        }

        IEnumerable<string> before =
            image.ConfigsOf((ConfigResourceType)resource.ResourceType, resource.ResourceName).Keys;
        foreach (string name in before.Except(resource.Configs.Select(config => config.Name)))
        {
            steps.Configs.Add(new IncrementalAlterConfigsRequest.AlterableConfig
            {
                Name = name,
                ConfigOperation = (sbyte)ConfigOperation.Delete,
                Value = null,
            });
        }

        return steps;
    }
}
