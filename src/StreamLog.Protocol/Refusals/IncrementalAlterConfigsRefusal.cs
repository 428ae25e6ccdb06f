using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses changes of settings: for each resource.</summary>
internal sealed class IncrementalAlterConfigsRefusal()
    : PartedRefusal<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>()
{
    /// <inheritdoc/>
    protected override IncrementalAlterConfigsResponse Refuse(
        IncrementalAlterConfigsRequest request, ErrorCode error, string? message) => new()
        {
            Responses = request.Resources.ConvertAll(
                resource => new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
                {
                    ErrorCode = error,
                    ResourceType = resource.ResourceType,
                    ResourceName = resource.ResourceName,
                    ErrorMessage = message,
                }),
        };

    /// <inheritdoc/>
    protected override IncrementalAlterConfigsRequest? Part(
        IncrementalAlterConfigsRequest request, Cut cut) => cut.Leaves(
            request,
            request.Resources,
            (copy, resources) => copy.Resources = resources,
            resource => RequestTarget.OfConfigResource(resource.ResourceType, resource.ResourceName));

    /// <inheritdoc/>
    public override void Merge(IncrementalAlterConfigsResponse into, IncrementalAlterConfigsResponse refused) =>
        into.Responses.AddRange(refused.Responses);
}
