using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses settings that take the place of all others: for each resource.</summary>
internal sealed class AlterConfigsRefusal()
    : PartedRefusal<AlterConfigsRequest, AlterConfigsResponse>()
{
    /// <inheritdoc/>
    protected override AlterConfigsResponse Refuse(
        AlterConfigsRequest request, ErrorCode error, string? message) => new()
        {
            Responses = request.Resources.ConvertAll(resource => new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = error,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override AlterConfigsRequest? Part(AlterConfigsRequest request, Cut cut) => cut.Leaves(
        request,
        request.Resources,
        (copy, resources) => copy.Resources = resources,
        resource => RequestTarget.OfConfigResource(resource.ResourceType, resource.ResourceName));

    /// <inheritdoc/>
    public override void Merge(AlterConfigsResponse into, AlterConfigsResponse refused) =>
        into.Responses.AddRange(refused.Responses);
}
