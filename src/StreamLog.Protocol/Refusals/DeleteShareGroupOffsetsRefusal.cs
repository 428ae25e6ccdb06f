using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to delete the state of queues: for each topic, or at the top for the group.</summary>
internal sealed class DeleteShareGroupOffsetsRefusal()
    : PartedRefusal<DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsResponse>(
        request => RequestTarget.OfGroup(request.GroupId))
{
    /// <inheritdoc/>
    protected override DeleteShareGroupOffsetsResponse CreateWhole(
        DeleteShareGroupOffsetsRequest request, ErrorCode error, string? message) =>
        new() { ErrorCode = error, ErrorMessage = message };

    /// <inheritdoc/>
    protected override DeleteShareGroupOffsetsResponse Refuse(
        DeleteShareGroupOffsetsRequest request, ErrorCode error, string? message) => new()
        {
            Responses = request.Topics.ConvertAll(topic => new DeleteShareGroupOffsetsResponse.DeletedTopic
            {
                ErrorCode = error,
                TopicName = topic.TopicName,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override DeleteShareGroupOffsetsRequest? Part(
        DeleteShareGroupOffsetsRequest request, Cut cut) => cut.Leaves(
            request,
            request.Topics,
            (copy, topics) => copy.Topics = topics,
            topic => RequestTarget.OfTopic(topic.TopicName));

    /// <inheritdoc/>
    public override void Merge(DeleteShareGroupOffsetsResponse into, DeleteShareGroupOffsetsResponse refused) =>
        into.Responses.AddRange(refused.Responses);
}
