using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

public sealed partial class FakeKafka
{
    /// <summary>Finds which brokers lead or coordinate what a request names.</summary>
    /// <param name="targets">Partitions, groups or transactional ids: all of one kind.</param>
    /// <returns>The broker of each; <see cref="FaultCall.NoBroker"/> of what is not there, or has no leader.</returns>
    internal async ValueTask<Dictionary<RequestTarget, int>> FindPlacesAsync(IReadOnlyList<RequestTarget> targets)
    {
        Dictionary<RequestTarget, int> places = [];
        if (targets[0].Kind != RequestTargetKind.Partition)
        {
            sbyte type = targets[0].Kind == RequestTargetKind.Group ? GroupKey : TransactionKey;
            foreach (RequestTarget target in targets)
            {
                FindCoordinatorResponse.Coordinator found =
                    await AskCoordinatorAsync(target.Name, type).ConfigureAwait(false);
                places[target] = found.ErrorCode == ErrorCode.None ? found.NodeId : FaultCall.NoBroker;
            }

            return places;
        }

        MetadataResponse metadata = await SendAsync(new MetadataRequest
        {
            Topics = [.. targets.Select(target => (target.Name, target.TopicId)).Distinct().Select(
                topic => topic.TopicId == Guid.Empty
                    ? new MetadataRequest.MetadataRequestTopic { Name = topic.Name }
                    : new MetadataRequest.MetadataRequestTopic { TopicId = topic.TopicId })],
            AllowAutoTopicCreation = false,
        }).ConfigureAwait(false);
        foreach (RequestTarget target in targets)
        {
            MetadataResponse.MetadataResponseTopic? topic = metadata.Topics.Find(found => target.TopicId == Guid.Empty
                ? found.Name == target.Name
                : found.TopicId == target.TopicId);
            places[target] = topic?.Partitions
                .Find(partition => partition.PartitionIndex == target.Partition)?.LeaderId ?? FaultCall.NoBroker;
        }

        return places;
    }
}
