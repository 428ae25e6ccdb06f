using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to describe settings: for each resource.</summary>
internal sealed class DescribeConfigsRefusal()
    : PartedRefusal<DescribeConfigsRequest, DescribeConfigsResponse>()
{
    /// <inheritdoc/>
    protected override DescribeConfigsResponse Refuse(
        DescribeConfigsRequest request, ErrorCode error, string? message) => new()
        {
            Results = request.Resources.ConvertAll(resource => new DescribeConfigsResponse.DescribeConfigsResult
            {
                ErrorCode = error,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override DescribeConfigsRequest? Part(DescribeConfigsRequest request, Cut cut) => cut.Leaves(
        request,
        request.Resources,
        (copy, resources) => copy.Resources = resources,
        resource => RequestTarget.OfConfigResource(resource.ResourceType, resource.ResourceName));

    /// <inheritdoc/>
    public override void Merge(DescribeConfigsResponse into, DescribeConfigsResponse refused) =>
        into.Results.AddRange(refused.Results);
}
