using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to tell of topics: for each topic, and at the top where it is about all of them.</summary>
internal sealed class MetadataRefusal() : PartedRefusal<MetadataRequest, MetadataResponse>()
{
    /// <inheritdoc/>
    protected override MetadataResponse CreateWhole(MetadataRequest request, ErrorCode error, string? message)
    {
        MetadataResponse response = Refuse(request, error, message);
        response.ErrorCode = error;
        return response;
    }

    /// <inheritdoc/>
    protected override MetadataResponse Refuse(MetadataRequest request, ErrorCode error, string? message) => new()
    {
        Topics = (request.Topics ?? []).ConvertAll(topic => new MetadataResponse.MetadataResponseTopic
        {
            ErrorCode = error,
            Name = topic.Name,
            TopicId = topic.TopicId,
        }),
    };

    /// <inheritdoc/>
    protected override MetadataRequest? Part(MetadataRequest request, Cut cut)
    {
        if (request.Topics is null)
            return cut.IsForAdmitted ? request : null;

        MetadataRequest? part = cut.Leaves(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => RequestTarget.OfTopic(topic.Name, topic.TopicId));
        if (part is not null || !cut.IsForAdmitted)
            return part;

        // Without a topic it still asks for the brokers.
        part = Cut.Copy(request);
        part.Topics = [];
        return part;
    }

    /// <inheritdoc/>
    public override void Merge(MetadataResponse into, MetadataResponse refused) =>
        into.Topics.AddRange(refused.Topics);
}
