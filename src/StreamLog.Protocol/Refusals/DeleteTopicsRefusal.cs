using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to delete topics: for each topic, which older versions name in another list.</summary>
internal sealed class DeleteTopicsRefusal() : PartedRefusal<DeleteTopicsRequest, DeleteTopicsResponse>()
{
    /// <inheritdoc/>
    protected override DeleteTopicsResponse Refuse(DeleteTopicsRequest request, ErrorCode error, string? message) =>
        new()
        {
            Responses =
            [
                .. request.TopicNames.Select(name => Refused(name, Guid.Empty, error, message)),
                .. request.Topics.Select(topic => Refused(topic.Name, topic.TopicId, error, message)),
            ],
        };

    /// <inheritdoc/>
    protected override DeleteTopicsRequest? Part(DeleteTopicsRequest request, Cut cut) => request.Topics.Count == 0
        ? cut.Leaves(
            request,
            request.TopicNames,
            (copy, names) => copy.TopicNames = names,
            name => RequestTarget.OfTopic(name))
        : cut.Leaves(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => RequestTarget.OfTopic(topic.Name, topic.TopicId));

    /// <inheritdoc/>
    public override void Merge(DeleteTopicsResponse into, DeleteTopicsResponse refused) =>
        into.Responses.AddRange(refused.Responses);

    private static DeleteTopicsResponse.DeletableTopicResult Refused(
        string? name, Guid topicId, ErrorCode error, string? message) => new()
        {
            Name = name,
            TopicId = topicId,
            ErrorCode = error,
            ErrorMessage = message,
        };
}
