using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about one request to delete topics: each topic goes or is refused alone, and one that is named
/// more than once stays, as in Kafka. Stateless.</summary>
internal static class TopicDeletion
{
    /// <summary>Decides.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="topics">The topics, by name or by id.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<DeleteTopicsResponse> Decide(
        ClusterImage image, IReadOnlyList<DeleteTopicsRequest.DeleteTopicState> topics)
    {
        List<IMetadataRecord> records = [];
        DeleteTopicsResponse response = new();
        IGrouping<(string? Name, Guid Id), DeleteTopicsRequest.DeleteTopicState>[] named =
            [.. topics.Where(IsWellFormed).GroupBy(topic => (topic.Name, topic.TopicId))];
        HashSet<Guid> namedTwice = [.. named
            .Where(group => group.Key.Name is not null && group.Count() == 1)
            .Select(group => image.FindTopic(group.Key.Name!)?.TopicId ?? Guid.Empty)];
        namedTwice.IntersectWith(named.Select(group => group.Key.Id).Where(id => id != Guid.Empty));
        foreach (IGrouping<(string? Name, Guid Id), DeleteTopicsRequest.DeleteTopicState> group in named)
        {
            DeleteTopicsRequest.DeleteTopicState topic = group.First();
            TopicImage? found = topic.Name is { } name ? image.FindTopic(name) : image.FindTopic(topic.TopicId);
            bool isNamedTwice = found is not null && namedTwice.Contains(found.TopicId);

            // One answer for both ways of naming it: that of the name.
            if (isNamedTwice && topic.Name is null && group.Count() == 1)
                continue;

            ControllerError? refused = group.Count() > 1
                ? new ControllerError(
                    ErrorCode.InvalidRequest,
                    $"'{topic.Name ?? topic.TopicId.ToString()}' stands in the request more than once.")
                : isNamedTwice
                    ? new ControllerError(
                        ErrorCode.InvalidRequest, $"'{topic.Name}' stands in the request by its id too.")
                    : FindFault(topic, found);
            if (refused is null)
                records.Add(new RemoveTopicRecord { TopicId = found!.TopicId });

            response.Responses.Add(Answer(topic, group.Count() > 1 ? null : found, refused));
        }

        ControllerError illFormed = new(
            ErrorCode.InvalidRequest, "A topic is deleted either by its name or by its id: give one of them.");
        response.Responses.AddRange(
            topics.Where(topic => !IsWellFormed(topic)).Select(topic => Answer(topic, found: null, illFormed)));
        return new Decision<DeleteTopicsResponse>(records, response);
    }

    private static bool IsWellFormed(DeleteTopicsRequest.DeleteTopicState topic) =>
        topic.Name is null != (topic.TopicId == Guid.Empty);

    private static DeleteTopicsResponse.DeletableTopicResult Answer(
        DeleteTopicsRequest.DeleteTopicState topic, TopicImage? found, ControllerError? refused) => new()
        {
            Name = found?.Name ?? topic.Name,
            TopicId = found?.TopicId ?? topic.TopicId,
            ErrorCode = refused?.Code ?? ErrorCode.None,
            ErrorMessage = refused?.Message,
        };

    private static ControllerError? FindFault(DeleteTopicsRequest.DeleteTopicState topic, TopicImage? found)
    {
        if (found is null)
        {
            return topic.Name is null
                ? new ControllerError(ErrorCode.UnknownTopicId, $"There is no topic of id {topic.TopicId}.")
                : new ControllerError(ErrorCode.UnknownTopicOrPartition, $"There is no topic '{topic.Name}'.");
        }

        return found.IsInternal
            ? new ControllerError(
                ErrorCode.InvalidTopic, $"'{found.Name}' holds the node's own state and cannot be deleted.")
            : null;
    }
}
