using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to create topics: for each topic.</summary>
internal sealed class CreateTopicsRefusal()
    : PartedRefusal<CreateTopicsRequest, CreateTopicsResponse>()
{
    /// <inheritdoc/>
    protected override CreateTopicsResponse Refuse(
        CreateTopicsRequest request, ErrorCode error, string? message) => new()
        {
            Topics = request.Topics.ConvertAll(topic => new CreateTopicsResponse.CreatableTopicResult
            {
                ErrorCode = error,
                Name = topic.Name,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override CreateTopicsRequest? Part(CreateTopicsRequest request, Cut cut) => cut.Leaves(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => RequestTarget.OfTopic(topic.Name));

    /// <inheritdoc/>
    public override void Merge(CreateTopicsResponse into, CreateTopicsResponse refused) =>
        into.Topics.AddRange(refused.Topics);
}
