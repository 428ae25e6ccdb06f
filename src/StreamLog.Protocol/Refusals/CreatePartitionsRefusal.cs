using StreamLog.Protocol.Messages;

namespace StreamLog.Protocol.Refusals;

/// <summary>Refuses to add partitions: for each topic.</summary>
internal sealed class CreatePartitionsRefusal()
    : PartedRefusal<CreatePartitionsRequest, CreatePartitionsResponse>()
{
    /// <inheritdoc/>
    protected override CreatePartitionsResponse Refuse(
        CreatePartitionsRequest request, ErrorCode error, string? message) => new()
        {
            Results = request.Topics.ConvertAll(topic => new CreatePartitionsResponse.CreatePartitionsTopicResult
            {
                ErrorCode = error,
                Name = topic.Name,
                ErrorMessage = message,
            }),
        };

    /// <inheritdoc/>
    protected override CreatePartitionsRequest? Part(CreatePartitionsRequest request, Cut cut) => cut.Leaves(
        request,
        request.Topics,
        (copy, topics) => copy.Topics = topics,
        topic => RequestTarget.OfTopic(topic.Name));

    /// <inheritdoc/>
    public override void Merge(CreatePartitionsResponse into, CreatePartitionsResponse refused) =>
        into.Results.AddRange(refused.Results);
}
